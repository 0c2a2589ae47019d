-- Quoted code: `<!-- quote: path [region] -->` before a fenced block. In the book the lines come from the source file
-- itself, each with its number.
local code = require("code")
local site = require("site")

local quotes = {}

local function mark(line) return line:match("^%s*//! %[([^%]]+)%]%s*$") or line:match("^%s*#! %[([^%]]+)%]%s*$") end

-- The lines of a region, between its two lines `//! [region]`, with the number of the first one. Marks of other regions
-- in it are still there, so that the lines can be counted.
function quotes.region(path, region)
  local text = site.source(path)
  if not text then return nil end
  local lines, first, n = {}, nil, 0
  for line in (text .. "\n"):gmatch("(.-)\n") do
    n = n + 1
    if mark(line) == region then
      if first then return lines, first end
      first = n + 1
    elseif first then
      table.insert(lines, line)
    end
  end
end

-- Without the common indentation, and without the spaces that only put comments below each other: beside the text there is
-- not the width for them.
local function dedented(lines)
  local indent
  for _, line in ipairs(lines) do
    if line:match("%S") and not mark(line) then
      local spaces = #line:match("^ *")
      indent = math.min(indent or spaces, spaces)
    end
  end
  local out = {}
  for n, line in ipairs(lines) do
    out[n] = mark(line) and line:match("^%s*(.*)$") or line:sub((indent or 0) + 1):gsub("(%S)   +//", "%1  //")
  end
  return table.concat(out, "\n")
end

local function without_marks(html)
  return (html:gsub('\n?<span id="[^"]*"><a [^>]*></a><span class="co">[/#][/#]?! %[[^%]]*%]</span></span>', ""))
end

-- The quote as one block; the anchors of its lines are code-region-n. `taken` knows the quotes of the page so far.
function quotes.block(file, region, page, links, taken)
  local path = site.resolve(site.folder(page), file)
  local lines, first = quotes.region(path, region)
  if not first then error(page .. ": no region [" .. region .. "] in " .. path) end
  local name = "code-" .. region:gsub("[^%w]+", "-")
  while taken[name] do name = name .. "-again" end
  taken[name] = {path = path, first = first, last = first + #lines - 1}
  local target = site.link(page, site.page(path)) .. "#L-" .. first
  local caption = '<figcaption><a href="' .. target .. '">' .. site.escape(path:match("[^/]*$"))
      .. '</a>, <span class="lines">lines ' .. first .. "–" .. first + #lines - 1 .. "</span></figcaption>\n"
  return pandoc.Div({pandoc.RawBlock("html", '<figure class="quote">\n' .. caption
                     .. without_marks(code.html(dedented(lines), name, first, path)) .. "</figure>")},
                    pandoc.Attr("", {"quote"}, {lines = tostring(#lines)}))
end

return quotes
