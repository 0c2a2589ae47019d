-- Quoted code: `<!-- quote: path [region] -->` before a fenced block. In the book the lines come from the source file
-- itself, each with its number.
local code = require("code")
local site = require("site")

local quotes = {}

-- The lines of a region, between the two lines `//! [region]`, with the number of the first one.
function quotes.region(path, region)
  local text = site.source(path)
  if not text then return nil end
  local lines, first, n = {}, nil, 0
  for line in (text .. "\n"):gmatch("(.-)\n") do
    n = n + 1
    if line:match("^%s*//! %[(.-)%]%s*$") == region then
      if first then break end
      first = n + 1
    elseif first then
      table.insert(lines, line)
    end
  end
  return lines, first
end

local function dedented(lines)
  local indent
  for _, line in ipairs(lines) do
    if line:match("%S") then
      local spaces = #line:match("^ *")
      indent = math.min(indent or spaces, spaces)
    end
  end
  local out = {}
  for n, line in ipairs(lines) do out[n] = line:sub((indent or 0) + 1) end
  return table.concat(out, "\n")
end

-- The quote as one block; the anchors of its lines are code-region-n. `taken` knows the quotes of the page so far.
function quotes.block(file, region, page, links, taken)
  local path = site.resolve(site.folder(page), file)
  local lines, first = quotes.region(path, region)
  if not first then error(page .. ": no region [" .. region .. "] in " .. path) end
  local name = "code-" .. region
  while taken[name] do name = name .. "-again" end
  taken[name] = {path = path, first = first, last = first + #lines - 1}
  local target = site.link(page, site.page(path)) .. "#L-" .. first
  local caption = '<figcaption><a href="' .. target .. '">' .. site.escape(path:match("[^/]*$"))
      .. '</a>, <span class="lines">lines ' .. first .. "–" .. first + #lines - 1 .. "</span></figcaption>\n"
  return pandoc.Div({pandoc.RawBlock("html", '<figure class="quote">\n' .. caption
                     .. code.html(dedented(lines), name, first, path) .. "</figure>")},
                    pandoc.Attr("", {"quote"}, {lines = tostring(#lines)}))
end

return quotes
