-- The words of the book for its search: a script that a page loads when somebody searches (page/search.js),
-- because a page that is opened from a folder may fetch nothing.
local site = require("site")

local search_index = {}

local pages, sections = {}, {}

local function quoted(text)
  return '"' .. text:gsub('[\\"]', "\\%0"):gsub("\n", " "):gsub("\r", ""):gsub("</", "<\\/") .. '"'
end

local function plain(blocks)
  local kept = pandoc.List{}
  for _, block in ipairs(blocks) do
    if block.t ~= "CodeBlock" and block.t ~= "RawBlock" then kept:insert(block) end
  end
  local doc = pandoc.Pandoc(kept):walk{
    CodeBlock = function() return {} end,
    RawBlock = function() return {} end,
    RawInline = function() return {} end,
    Image = function(image) return image.caption end,
  }
  local text = site.html(doc.blocks):gsub("<annotation.-</annotation>", "")
  text = text:gsub('<math display="block".-</math>', " ")
  text = text:gsub("</?m[a-z]+[^>]*>", ""):gsub("<[^>]*>", " ")
  text = text:gsub("&lt;", "<"):gsub("&gt;", ">"):gsub("&quot;", '"'):gsub("&amp;", "&")
  return (text:gsub("%s+", " "):gsub("^ ", ""):gsub(" ([.,;:)])", "%1"))
end

-- Notes a page, a section at a time.
function search_index.note(page, blocks)
  table.insert(pages, "[" .. quoted(page.html) .. "," .. quoted(page.title) .. "]")
  local id, title, part = "", "", pandoc.List{}
  local function close()
    local text = plain(part)
    if text ~= "" or title ~= "" then
      table.insert(sections, "[" .. #pages - 1 .. "," .. quoted(id) .. "," .. quoted(title) .. ","
                   .. quoted(text) .. "]")
    end
    part = pandoc.List{}
  end
  for _, block in ipairs(blocks) do
    if block.t == "Header" and block.level > 1 then
      close()
      id, title = block.identifier, pandoc.utils.stringify(block.content)
    elseif block.t ~= "Header" then
      part:insert(block)
    end
  end
  close()
end

local function sorted(keys)
  local names = {}
  for name in pairs(keys) do table.insert(names, name) end
  table.sort(names)
  return names
end

function search_index.write(links)
  local equations, files, place = {}, {}, {}
  for n, page in ipairs(links.pages) do place[page.html] = n - 1 end
  for _, number in ipairs(sorted(links.equations)) do
    table.insert(equations, quoted(number) .. ":" .. place[links.equations[number]])
  end
  for _, path in ipairs(sorted(links.sources)) do table.insert(files, quoted(path)) end
  local stream = assert(io.open(site.out .. "/page/words.js", "wb"))
  stream:write('"use strict";\nvar doxa = window.doxa ?? {};\ndoxa.words = {\npages: [',
               table.concat(pages, ",\n"),
               "],\nsections: [", table.concat(sections, ",\n"), "],\nequations: {",
               table.concat(equations, ","),
               "},\nfiles: [", table.concat(files, ",\n"), "]};\n")
  stream:close()
end

return search_index
