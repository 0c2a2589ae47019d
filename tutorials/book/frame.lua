-- What stands around the text of a page: contents of the book, the way to the chapters before and after.
local site = require("site")

local frame = {}

-- The sections of a page as items of a list, of which one may be where the reader is. (A link in a title would
-- be one within another; <annotation>, of a formula, begins with an a too.)
function frame.sections(page, current)
  local parts = {}
  for _, section in ipairs(page.sections) do
    table.insert(parts, '<li><a href="#' .. section.id .. '"'
                 .. (section.id == current and ' aria-current="true"' or "") .. ">"
                 .. section.title:gsub("</?a%f[%s>][^>]*>", "") .. "</a></li>\n")
  end
  return table.concat(parts)
end

-- The contents of one page, to stand beside its title.
function frame.on_this_page(page)
  if #page.sections < 2 then return nil end
  local nav = '<nav class="here" aria-label="On this page">\n<p>On this page</p>\n<ol>\n'
              .. frame.sections(page) .. "</ol>\n</nav>\n"
  return pandoc.Div({pandoc.RawBlock("html", nav)},
                    pandoc.Attr("", {"aside"}, {lines = tostring(2 * #page.sections)}))
end

local function contents(current, links)
  local parts = {'<ol class="sheet">\n'}
  for _, page in ipairs(links.pages) do
    local here = page.html == current
    local beside = page.chapter and not page.path:match("README%.md$")
    table.insert(parts, (beside and '<li class="beside">' or "<li>") .. '<a href="'
                 .. (here and "#main" or site.link(current, page.html)) .. '"'
                 .. (here and ' aria-current="page"' or "") .. ">" .. site.escape(page.title) .. "</a>")
    if here and #page.sections > 1 then
      table.insert(parts, "\n<ol>\n" .. frame.sections(page) .. "</ol>\n")
    end
    table.insert(parts, "</li>\n")
  end
  table.insert(parts, '<li><a href="' .. site.link(current, "sources.html")
               .. '">Source files</a></li>\n</ol>\n')
  return table.concat(parts)
end

local function way(page, links, place, relation, short)
  local other = place and links.pages[place]
  if not other then return "" end
  if short then
    local title = (relation == "prev" and "Before: " or "Next: ") .. site.escape(other.title)
    return '<a href="' .. site.link(page, other.html) .. '" title="' .. title .. '" aria-label="' .. title
           .. '">'
           .. (relation == "prev" and "←" or "→") .. "</a>\n"
  end
  local arrow = relation == "prev" and {"← ", ""} or {"", " →"}
  return '<a rel="' .. relation .. '" href="' .. site.link(page, other.html) .. '">' .. arrow[1]
         .. site.escape(other.title) .. arrow[2] .. "</a>\n"
end

local function scripts(page)
  local parts = {}
  for _, name in ipairs{"reading.js", "search.js"} do
    table.insert(parts, '<script defer src="' .. site.link(page, "page/" .. name) .. '"></script>\n')
  end
  return table.concat(parts)
end

-- The symbols of a page, to be unfolded above it.
local function notation(page, entries)
  if not entries then return "" end
  return '<details name="bar">\n<summary>Notation</summary>\n<div class="sheet notation" tabindex="0" role="region" '
         .. 'aria-label="Notation of this page">\n' .. entries .. '<p><a href="'
         .. site.link(page, "tutorials/index.html")
         .. '#notation">The notation of all chapters</a></p>\n</div></details>\n'
end

-- `given`: page, title, kind, body, links, for a page of the text its place among them and its notation, and
-- what else its head takes.
function frame.fields(given)
  local page, links, place = given.page, given.links, given.place
  return {
    title = site.escape(given.title), kind = given.kind, body = given.body,
    home = site.link(page, "index.html"), root = site.link(page, "index.html"):gsub("index.html$", ""),
    style = site.link(page, "style.css"), contents = contents(page, links),
    notation = notation(page, given.notation),
    before = way(page, links, place and place - 1, "prev", true),
    after = way(page, links, place and place + 1, "next", true),
    previous = way(page, links, place and place - 1, "prev"),
    next = way(page, links, place and place + 1, "next"),
    head = scripts(page) .. (given.head or ""),
  }
end

return frame
