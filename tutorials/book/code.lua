-- Highlighted code with an anchor for each line, and links where its comments cite an equation.
local site = require("site")

local code = {}

local language = {cpp = "cpp", h = "cpp", inl = "cpp", def = "cpp", py = "python", sh = "bash", json = "json",
                  txt = "cmake", cmake = "cmake"}

function code.language(path) return language[path:match("%.(%w+)$")] end

-- pandoc reads /// and //! as Doxygen, and a "<k" in them as a tag that goes on for lines: for it they are
-- plain comments.
local slash, mark = utf8.char(0xE000), utf8.char(0xE001)

local function plain_comments(text) return (text:gsub("///", "//" .. slash):gsub("//!", "//" .. mark)) end

local function restored(html) return (html:gsub(slash, "/"):gsub(mark, "!")) end

-- `text` as HTML; the anchor of its line n (from `first` on) is name-n.
function code.html(text, name, first, path)
  local classes = {"numberLines"}
  if code.language(path) then table.insert(classes, 1, code.language(path)) end
  local attributes = {startFrom = tostring(first), tabindex = "0"}
  local block = pandoc.CodeBlock(plain_comments(text), pandoc.Attr(name, classes, attributes))
  local html = restored(site.html{block})
  html = html:gsub('<span class="op">([^<]*)</span>', "%1")  -- operators have no colour of their own
  -- The numbers can be clicked, but three hundred of them are not to be stepped through with the keyboard.
  return (html:gsub('<a href="(#[^"]-%-(%d+))"></a>',
                    '<a href="%1" data-line="%2" tabindex="-1" aria-hidden="true"></a>'))
end

-- The links of all highlighted code of a page: from comments to equations, from #include to the page of the
-- file.
function code.linked(html, path, page, links)
  html = html:gsub('(<span class="co[^"]*">)(.-)(</span>)', function(open, comment, close)
    return open .. code.link_equations(comment, page, links) .. close
  end)
  return (html:gsub('(<span class="im">&quot;)([%w_/.]+)(&quot;</span>)', function(open, header, close)
    local file = header:match("^doxa/(.*)$") or header
    local beside = site.resolve(site.folder(path), file)
    for _, candidate in ipairs{file, beside, "tutorials/" .. file, "tests/" .. file} do
      if links.sources[candidate] then
        return open .. '<a href="' .. site.link(page, site.page(candidate)) .. '">' .. header
               .. "</a>" .. close
      end
    end
  end))
end

-- "(06.4)" becomes a link to the equation; text in round brackets that is none stays.
function code.link_equations(html, page, links)
  return (html:gsub("%((%d%d%.%d+)([%),])", function(number, after)
    if not links.equations[number] then return nil end
    return '(<a href="' .. code.equation_link(number, page, links) .. '">' .. number .. "</a>" .. after
  end))
end

function code.equation_link(number, page, links)
  local target = links.equations[number]
  return (target == page and "" or site.link(page, target)) .. "#eq-" .. number
end

return code
