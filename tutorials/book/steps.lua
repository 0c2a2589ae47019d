-- What one process of pandoc does: make the index, render the pages of the text, or render pages of source
-- files.
local index = require("index")
local site = require("site")

local steps = {}

function steps.index(facts)
  local found = index.make(facts.page, facts.source)
  site.write_if_changed("links.lua", index.serialise(found.links))
  site.write_if_changed("citations.lua", index.serialise(found.citations))
  for _, path in ipairs(facts.source) do  -- a test that no longer cites an equation has no page any more
    if not found.links.sources[path] then os.remove(site.out .. "/" .. site.page(path)) end
  end
  return pandoc.List{"links.lua", "citations.lua"}
end

function steps.chapters()
  local links, citations = site.load("links.lua"), site.load("citations.lua")
  local chapter = require("chapter")
  local written = pandoc.List{}
  for place, page in ipairs(links.pages) do
    written:insert(chapter.write(page, place, links, citations))
  end
  require("search_index").write(links)
  return written
end

-- The source files under some folders, or all that are under none of them.
function steps.sources(facts)
  local links = site.load("links.lua")
  local source_page = require("source_page")
  local written = pandoc.List{}
  for path in pairs(links.sources) do
    local inside = false
    for _, folder in ipairs(facts.under) do
      inside = inside or path:sub(1, #folder + 1) == folder .. "/"
    end
    if inside == (facts.which == "inside") then written:insert(source_page.write(path, links)) end
  end
  if facts.which ~= "inside" then written:insert(source_page.write_list(links)) end
  return written
end

return steps
