-- Quoted code: `<!-- quote: path [region] -->` before a fenced block. In the book the lines come from the
-- source file itself, each with its number.
local code = require("code")
local site = require("site")

local quotes = {}

local function mark(line)
  return line:match("^%s*//! %[([^%]]+)%]%s*$") or line:match("^%s*#! %[([^%]]+)%]%s*$")
end

-- The lines of a region, between its two lines `//! [region]`, with the number of the first one. Marks of
-- other regions in it are still there, so that the lines can be counted.
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

-- Without the common indentation, and without the spaces that only put comments below each other: beside the
-- text there is not the width for them.
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
    out[n] = mark(line) and line:match("^%s*(.*)$")
        or line:sub((indent or 0) + 1):gsub("(%S)   +//", "%1  //")
  end
  return table.concat(out, "\n")
end

local function without_marks(html)
  return (html:gsub('\n?<span id="[^"]*"><a [^>]*></a><span class="co">[/#][/#]?! %[[^%]]*%]</span></span>',
                    ""))
end

-- Code of so many columns fits beside the text with letters of each size; a comment that does not goes below
-- its line.
local sizes = {{columns = 88, class = ""}, {columns = 97, class = " small"},
               {columns = 104, class = " smaller"},
               {columns = 110, class = " smallest"}}

-- The class for the longest line of code, comments left out.
function quotes.size(text)
  local longest = 0
  for line in text:gmatch("[^\n]+") do
    longest = math.max(longest, utf8.len((line:gsub("%s*//.*$", ""))) or 0)
  end
  for _, size in ipairs(sizes) do
    if longest <= size.columns then return size end
  end
  return nil
end

local function with_comments_below(html, text, size)
  local lines, n = {}, 0
  for line in (text .. "\n"):gmatch("(.-)\n") do table.insert(lines, line) end
  return (html:gsub('(<span id="[^"]*%-%d+"><a [^>]*></a>)([^\n]*)', function(open, line)
    n = n + 1
    local plain = lines[n] or ""
    if (utf8.len(plain) or #plain) <= size.columns then return nil end
    return open .. line:gsub('<span class="co">', '<span class="co '
                             .. (plain:match("^%s*//") and "alone" or "under") .. '">', 1)
  end))
end

-- The quote as one block; the anchors of its lines are code-region-n. `taken` knows the quotes of the page so
-- far.
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
  local text = dedented(lines)
  local size = quotes.size(text)
  local place = size and "quote" or "wide"
  size = size or {columns = 130, class = ""}
  local html = with_comments_below(code.html(text, name, first, path), text, size)
  return pandoc.Div({pandoc.RawBlock("html", '<figure class="quote' .. size.class .. '">\n' .. caption
                                     .. without_marks(html)
                                     .. "</figure>")},
                    pandoc.Attr("", {place}, {lines = tostring(#lines)}))
end

return quotes
