-- What stands around the text of a page: contents of the book, the way to the chapters before and after.
local site = require("site")

local frame = {}

local function sections(page)
  local parts = {}
  for _, section in ipairs(page.sections) do
    table.insert(parts, '<li><a href="#' .. section.id .. '">' .. section.title:gsub("</?a[^>]*>", "") .. "</a></li>\n")
  end
  return parts
end

-- The contents of one page, to stand beside its title.
function frame.on_this_page(page)
  if #page.sections < 2 then return nil end
  local nav = '<nav class="here" aria-label="On this page">\n<p>On this page</p>\n<ol>\n'
              .. table.concat(sections(page)) .. "</ol>\n</nav>\n"
  return pandoc.Div({pandoc.RawBlock("html", nav)}, pandoc.Attr("", {"aside"}, {lines = tostring(2 * #page.sections)}))
end

local function contents(current, links)
  local parts = {"<ol>\n"}
  for _, page in ipairs(links.pages) do
    local here = page.html == current
    local beside = page.chapter and not page.path:match("README%.md$")
    table.insert(parts, (beside and '<li class="beside">' or "<li>") .. '<a href="' ..  (here and "#main" or site.link(current, page.html)) .. '"'
                 .. (here and ' aria-current="page"' or "") .. ">" .. site.escape(page.title) .. "</a>")
    if here and #page.sections > 1 then
      table.insert(parts, "\n<ol>\n" .. table.concat(sections(page)) .. "</ol>\n")
    end
    table.insert(parts, "</li>\n")
  end
  table.insert(parts, '<li><a href="' .. site.link(current, "sources.html") .. '">Source files</a></li>\n</ol>\n')
  return table.concat(parts)
end

local function way(page, links, place, relation)
  local other = links.pages[place]
  if not other then return "" end
  local arrow = relation == "prev" and {"← ", ""} or {"", " →"}
  return '<a rel="' .. relation .. '" href="' .. site.link(page, other.html) .. '">' .. arrow[1]
         .. site.escape(other.title) .. arrow[2] .. "</a>\n"
end

-- `given`: page, title, kind, body, links, for a page of the text its place among them, and what else its head takes.
function frame.fields(given)
  local page, links = given.page, given.links
  local place = given.place
  return {
    title = site.escape(given.title), kind = given.kind, body = given.body,
    home = site.link(page, "index.html"), style = site.link(page, "style.css"), contents = contents(page, links),
    previous = place and way(page, links, place - 1, "prev") or "",
    head = given.head or "",
    next = place and way(page, links, place + 1, "next") or "",
  }
end

return frame
