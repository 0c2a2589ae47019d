-- What a reader plays with: in a page that runs, the comment <!-- exhibit: NAME --> and the paragraph after it, which says
-- how to run it at a terminal, become the exhibit as it is before it is touched (page/exhibits_at_rest.js). Elsewhere the
-- paragraph stays.
local site = require("site")

local exhibits = {}

local function name_in(block) return block.t == "RawBlock" and block.text:match("^<!%-%- exhibit: ([%w-]+) %-%->") end

-- Exhibits in place of their comments; page.exhibits says that there are some.
function exhibits.placed(blocks, page)
  local out, skip = pandoc.List{}, false
  for _, block in ipairs(blocks) do
    local name = name_in(block)
    if skip then
      skip = false
    elseif name and site.runs then
      local html = assert(site.text(site.data .. "/exhibits/" .. name .. ".html"), "no exhibit " .. name)
      local run = site.link(page.html, "run/exhibits.js"):gsub("/exhibits%.js$", "")
      out:insert(pandoc.RawBlock("html", (html:gsub("{{run}}", run))))
      page.exhibits, skip = true, true
    elseif not name then
      out:insert(block)
    end
  end
  return out
end

function exhibits.head(page)
  if not page.exhibits then return "" end
  return '<link rel="stylesheet" href="' .. site.link(page.html, "run/exhibit.css") .. '">\n'
         .. '<script defer src="' .. site.link(page.html, "run/exhibit.js") .. '"></script>\n'
end

return exhibits
