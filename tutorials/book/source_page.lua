-- The page of a source file, and the list of all of them by folder.
local code = require("code")
local frame = require("frame")
local site = require("site")

local source_page = {}

local function listing(names, join) return table.concat(names, join or ", ") end

-- "Equations (10.5), (10.6)", where they are; "Quoted in …".
local function about(path, text, page, links)
  local seen, numbers, quoting = {}, {}, {}
  for number in text:gmatch("%((%d%d%.%d+)[%),]") do
    if links.equations[number] and not seen[number] then
      seen[number] = true
      table.insert(numbers, number)
    end
  end
  table.sort(numbers, function(a, b)
    local x, y, p, q = a:sub(1, 2), b:sub(1, 2), tonumber(a:sub(4)), tonumber(b:sub(4))
    if x ~= y then return x < y end
    return p < q
  end)
  for place, number in ipairs(numbers) do
    numbers[place] = '<a href="' .. code.equation_link(number, page, links) .. '">(' .. number .. ")</a>"
  end
  for _, chapter in ipairs(links.pages) do
    local title = (links.quotes[path] or {})[chapter.html]
    if title then
      table.insert(quoting, '<a href="' .. site.link(page, chapter.html) .. '">' .. site.escape(title)
                   .. "</a>")
    end
  end
  local sentences = {}
  if #numbers > 0 then table.insert(sentences, "Equations " .. listing(numbers) .. ".") end
  if #quoting > 0 then table.insert(sentences, "Quoted in " .. listing(quoting) .. ".") end
  return #sentences > 0 and "<p>" .. table.concat(sentences, " ") .. "</p>\n" or ""
end

-- A page of 300 lines has no 300 links to its own lines: the style sheet counts them, and page/reading.js
-- takes a click.
local function counted(html)
  return (html:gsub('<a href="#L%-%d+" data%-line="%d+" tabindex="%-1" aria%-hidden="true"></a>', ""))
end

function source_page.write(path, links)
  local page, text = site.page(path), site.source(path)
  local folder, name = path:match("^(.*/)([^/]*)$")
  local crumbs = folder and '<a href="' .. site.link(page, "sources.html") .. "#" .. folder:sub(1, -2) .. '">'
                            .. site.escape(folder) .. "</a>" or ""
  local body = '<h1 class="path">' .. crumbs .. site.escape(name or path) .. "</h1>\n"
      .. about(path, text, page, links)
      .. code.linked(counted(code.html(text:gsub("\n$", ""), "L", 1, path)), path, page, links)
  local fields = frame.fields{page = page, title = path, kind = "source", body = body, links = links}
  return site.write(page, fields)
end

function source_page.write_list(links)
  local page, folders, names = "sources.html", {}, {}
  for path in pairs(links.sources) do
    local folder = site.folder(path)
    if not folders[folder] then
      folders[folder] = {}
      table.insert(names, folder)
    end
    table.insert(folders[folder], path)
  end
  table.sort(names)
  local parts = {"<h1>Source files</h1>\n"}
  for _, folder in ipairs(names) do
    table.sort(folders[folder])
    table.insert(parts, '<h2 class="path" id="' .. folder .. '">' .. site.escape(folder)
                 .. '</h2>\n<ul class="files">\n')
    for _, path in ipairs(folders[folder]) do
      table.insert(parts, '<li><a href="' .. site.link(page, site.page(path)) .. '">'
                   .. site.escape(path:match("[^/]*$")) .. "</a></li>\n")
    end
    table.insert(parts, "</ul>\n")
  end
  return site.write(page, frame.fields{page = page, title = "Source files", kind = "list",
                                       body = table.concat(parts), links = links})
end

return source_page
