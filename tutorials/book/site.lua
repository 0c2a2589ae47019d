-- Where things are: the repository's files, the site's pages, and relative links between these.
local site = {}

function site.open(facts)
  site.root, site.out, site.data, site.scripts = facts.root, facts.out, facts.data, facts.scripts
  site.runs = facts.runs ~= nil  -- whether the pages of chapters run them
end

function site.text(file)
  local stream = io.open(file, "rb")
  if not stream then return nil end
  local text = stream:read("a")  -- nil for a folder
  stream:close()
  return text and text:gsub("\r\n", "\n") or nil
end

function site.source(path) return site.text(site.root .. "/" .. path) end

function site.write_if_changed(name, text)
  local file = site.data .. "/" .. name
  if site.text(file) == text then return end
  local stream = assert(io.open(file, "wb"))
  stream:write(text)
  stream:close()
end

function site.load(name) return assert(load(site.text(site.data .. "/" .. name), name, "t", {}))() end

-- The page of a file: README.md is its folder's index.
function site.page(path)
  local page = path:gsub("README%.md$", "index.html"):gsub("%.md$", ".html")
  return page:match("%.html$") and page or path .. ".html"
end

function site.folder(path) return path:match("^(.*)/[^/]*$") or "" end

-- A path relative to a folder, without "." and "..".
function site.resolve(folder, path)
  local parts = {}
  for part in (folder .. "/" .. path):gmatch("[^/]+") do
    if part == ".." then table.remove(parts) elseif part ~= "." then table.insert(parts, part) end
  end
  return table.concat(parts, "/")
end

-- The link from one page to another.
function site.link(from, to)
  local up, rest = site.folder(from), to
  while up ~= "" and up:match("^[^/]+") == rest:match("^([^/]+)/") do
    up, rest = up:match("^[^/]+/(.*)$") or "", rest:match("^[^/]+/(.*)$")
  end
  return up:gsub("[^/]+", ".."):gsub("([^/])$", "%1/") .. rest
end

function site.escape(text)
  return (text:gsub('[&<>"]', {["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;"}))
end

-- Blocks as HTML with MathML; never wrapped, so that what comes after can look at whole tags.
function site.html(blocks)
  return pandoc.write(pandoc.Pandoc(blocks), "html", {html_math_method = "mathml", wrap_text = "none"})
end

function site.inline_html(inlines)
  return (site.html{pandoc.Plain(inlines)}:gsub("\n", " "))
end

-- Fills {{name}} in the template and writes the page; folders are made by the caller's CMake.
function site.write(page, fields)
  site.template = site.template or assert(site.text(site.scripts .. "/template.html"))
  local html = site.template:gsub("{{(%w+)}}", function(name) return fields[name] or "" end)
  local stream = assert(io.open(site.out .. "/" .. page, "wb"))
  stream:write(html)
  stream:close()
  return page
end

return site
