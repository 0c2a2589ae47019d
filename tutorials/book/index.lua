-- What links need to know of the whole book: titles and sections of the pages, where each equation stands,
-- which line of which file cites it, and which files have a page.
local site = require("site")

local index = {}

index.format = "gfm+tex_math_dollars"

-- A table of strings, numbers and such tables as Lua text, keys in order, so that the same table is the same
-- text.
function index.serialise(value)
  local function text(v)
    if type(v) ~= "table" then return string.format("%q", v) end
    local keys = {}
    for key in pairs(v) do table.insert(keys, key) end
    table.sort(keys, function(a, b)
      if type(a) ~= type(b) then return type(a) == "number" end
      return a < b
    end)
    local parts = {}
    for _, key in ipairs(keys) do table.insert(parts, "[" .. text(key) .. "]=" .. text(v[key])) end
    return "{" .. table.concat(parts, ",\n") .. "}"
  end
  return "return " .. text(value) .. "\n"
end

-- The number of a display formula, and the formula without it (MathML has no \tag).
function index.tag(tex)
  return tex:match("\\tag{([%w.]+)}"), (tex:gsub("%s*\\tag{[%w.]+}", ""))
end

local function read_page(path, links)
  local page = {path = path, html = site.page(path), title = path, sections = {}}
  local folder = site.folder(path)
  page.chapter = folder:match("^tutorials/(%d%d%-[%w-]+)$")
  local function note_file(target)
    local file = site.resolve(folder, target)
    local linked = not file:match("%.md$") and not file:match("%.svg$") and site.source(file)
    if linked then links.sources[file] = true end
    return file
  end
  pandoc.read(assert(site.source(path), path), index.format):walk{
    Header = function(header)
      local title = site.inline_html(header.content)
      if header.level == 1 then
        page.title = pandoc.utils.stringify(header.content)
      elseif header.level == 2 then
        table.insert(page.sections, {id = header.identifier, title = title})
      end
    end,
    Math = function(math)
      local number = index.tag(math.text)
      if number then links.equations[number] = page.html end
    end,
    Link = function(link)
      local inside = not link.target:match("^%a+:") and not link.target:match("^#")
      if inside then note_file(link.target:gsub("#.*$", "")) end
    end,
    RawBlock = function(raw)
      local file = raw.text:match("^<!%-%- quote: (%S+)")
      if not file then return end
      file = note_file(file)
      links.quotes[file] = links.quotes[file] or {}
      links.quotes[file][page.html] = page.title
    end,
  }
  return page
end

-- Lines that cite an equation, "(06.4)", by the equation's number.
local function note_citations(path, equations, citations)
  local number_of_line, cites = 0, false
  for line in (site.source(path) .. "\n"):gmatch("(.-)\n") do
    number_of_line = number_of_line + 1
    for number in line:gmatch("%((%d%d%.%d+)[%),]") do
      if equations[number] then
        cites = true
        citations[number] = citations[number] or {}
        table.insert(citations[number],
                     {path = path, line = number_of_line, text = line:match("^%s*(.-)%s*$")})
      end
    end
  end
  return cites
end

function index.make(pages, sources)
  local links = {pages = {}, equations = {}, sources = {}, quotes = {}}
  local citations = {}
  for _, path in ipairs(pages) do table.insert(links.pages, read_page(path, links)) end
  for _, path in ipairs(sources) do
    local cites = note_citations(path, links.equations, citations)
    if cites or not path:match("^tests/") then links.sources[path] = true end
  end
  return {links = links, citations = citations}
end

return index
