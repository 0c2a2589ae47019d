-- A page of the text: a Markdown file read by pandoc, with its quotes, formulas, figures and links as the
-- book has them.
local bound_numbers = require("bound_numbers")
local claims_table = require("claims_table")
local code = require("code")
local equations = require("equations")
local exhibits = require("exhibits")
local frame = require("frame")
local index = require("index")
local layout = require("layout")
local margins = require("margins")
local mathml = require("mathml")
local notation = require("notation")
local quotes = require("quotes")
local results = require("results")
local run_panel = require("run_panel")
local search_index = require("search_index")
local site = require("site")

local chapter = {}

-- A box that scrolls if it must, and that the keyboard reaches.
local function scrolls(label, class)
  return pandoc.Attr("", {"scroll", class}, {tabindex = "0", role = "group", ["aria-label"] = label})
end

local function columns(text)
  local most = 0
  for line in text:gmatch("[^\n]+") do most = math.max(most, utf8.len(line) or #line) end
  return most
end

-- What a program prints stands beside the text, in letters that fit; what is too wide for that, below it.
local sizes = {{95, ""}, {103, "small"}, {110, "smaller"}, {114, "smallest"}}

local function beside(block)
  if block.classes:includes("output") or block.classes:includes("wide") then return end
  local most = columns(block.text)
  for _, size in ipairs(sizes) do
    if most <= size[1] then
      block.classes:insert("output")
      if size[2] ~= "" then block.classes:insert(size[2]) end
      return
    end
  end
  block.classes:insert("wide")
end

-- Quotes and outputs: the comment and the block after it become one block.
local function quoted(blocks, page, links, taken)
  local out, skip = pandoc.List{}, false
  for place, block in ipairs(blocks) do
    local after = blocks[place + 1]
    local comment = block.t == "RawBlock" and after and after.t == "CodeBlock" and block.text or ""
    local file, region = comment:match("^<!%-%- quote: (%S+) %[(.-)%] %-%->")
    local output = comment:match("^<!%-%- output: (%S+) %-%->")
    if skip then
      skip = false
    elseif file then
      out:insert(quotes.block(file, region, page.html, links, taken))
      skip = true
    elseif output then
      beside(after)
      local own = page.chapter and results.own(page.chapter)
      local text = own and own["printed." .. output]
      if type(text) == "string" then
        after.text = text:gsub("\n$", "")
      elseif page.runs then
        after.attributes["data-output"] = output
      end
    else
      local long = block.t == "CodeBlock" and not block.classes:includes("cpp") and columns(block.text) > 76
      if long then beside(block) end
      out:insert(block)
    end
  end
  return out
end

-- Paragraphs with display formulas are divided at them; a picture in a paragraph of its own is a figure, and
-- an emphasised paragraph after it its caption.
local function divided(blocks, page, citations, taken)
  local out = pandoc.List{}
  for _, block in ipairs(blocks) do
    if block.t == "Para" and #block.content == 1 and block.content[1].t == "Image" then
      local box = pandoc.Div({pandoc.Plain(block.content)}, scrolls("Figure"))
      out:insert(pandoc.Div({box}, pandoc.Attr("", {"figure"}, {})))
    elseif block.t == "Para" and #block.content == 1 and block.content[1].t == "Emph"
           and #out > 0 and out[#out].t == "Div" and out[#out].classes[1] == "figure" then
      local caption = pandoc.Para(block.content[1].content)
      out[#out].content:insert(pandoc.Div({caption}, pandoc.Attr("", {"caption"}, {})))
    elseif block.t == "Para" then
      local part = pandoc.List{}
      local function flush()
        while #part > 0 and (part[#part].t == "Space" or part[#part].t == "SoftBreak") do part:remove() end
        while #part > 0 and (part[1].t == "Space" or part[1].t == "SoftBreak") do part:remove(1) end
        if #part > 0 then out:insert(pandoc.Para(part)) end
        part = pandoc.List{}
      end
      for _, inline in ipairs(block.content) do
        if inline.t == "Math" and inline.mathtype == "DisplayMath" then
          flush()
          out:insert(equations.block(inline, page.html, citations, taken))
        else
          part:insert(inline)
        end
      end
      flush()
    else
      out:insert(block)
    end
  end
  return out
end

-- Links to files lead to their pages, pictures to their copies; a picture of the reader's own run goes before
-- the committed one.
local function resolved(page, links)
  local folder = site.folder(page.path)
  return {
    Link = function(link)
      if link.target:match("^%a+:") or link.target:match("^#") then return link end
      local target, anchor = link.target:match("^([^#]*)(#?.*)$")
      local path = site.resolve(folder, target)
      if path:match("%.md$") or links.sources[path] then
        link.target = site.link(page.html, site.page(path)) .. anchor
      elseif not path:match("%.svg$") then
        link.target = site.link(page.html, "sources.html") .. "#" .. path
      end
      return link
    end,
    Image = function(image)
      local size = site.source(site.resolve(folder, image.src)) or ""
      local picture = page.chapter and not site.runs and image.src:match("^figures/(.*%.svg)$")
      size = picture and site.source("out/" .. page.chapter .. "/" .. picture) or size
      local width, height = size:match('<svg[^>]- width="([%d.]+)" height="([%d.]+)"')
      image.attributes.width, image.attributes.height = width, height
      return image
    end,
    CodeBlock = function(block)
      block.attributes.tabindex = "0"
      if not block.classes:includes("cpp") then return block end
      local _, breaks = block.text:gsub("\n", "")
      beside(block)
      local class = block.classes:includes("wide") and "wide" or "quote"
      block.classes = block.classes:filter(function(each) return each ~= "wide" and each ~= "output" end)
      return pandoc.Div({block}, pandoc.Attr("", {class}, {lines = tostring(breaks + 1)}))
    end,
  }
end

local function cited(page, links)
  return function(inlines)
    local out = pandoc.List{}
    for _, inline in ipairs(inlines) do
      local text, at = inline.t == "Str" and inline.text or "", 1
      local before = out[#out]
      if text:sub(1, 1) == "%" and before and (before.t == "Space" or before.t == "SoftBreak") then
        out[#out] = pandoc.Str("\u{a0}")  -- "5 %" is not divided
      end
      while text:find("%(%d%d%.%d+%)", at) do
        local from, to, number = text:find("%((%d%d%.%d+)%)", at)
        if links.equations[number] then
          if from > at then out:insert(pandoc.Str(text:sub(at, from - 1))) end
          out:insert(pandoc.Link({pandoc.Str(text:sub(from, to))},
                                 code.equation_link(number, page.html, links)))
        else
          out:insert(pandoc.Str(text:sub(at, to)))
        end
        at = to + 1
      end
      if at == 1 then out:insert(inline) elseif at <= #text then out:insert(pandoc.Str(text:sub(at))) end
    end
    return out
  end
end

local function scrolling(page)
  return function(tab) return pandoc.Div({tab}, scrolls("Table", "table")) end
end

-- A command of the text that runs the chapter is one to click.
local function tried(inlines, page)
  return inlines:map(function(inline)
    local flags = inline.t == "Code"
        and inline.text:match("^build/bin/" .. page.chapter:gsub("%-", "%%-") .. "(.*)$")
    if not flags or (flags ~= "" and not flags:match("^ %-%-[^<>|&]*$")) then return inline end
    return pandoc.Link({inline}, "#run", "run it here", pandoc.Attr("", {"try"}, {["data-flags"] = flags}))
  end)
end

-- Before the first section: what runs the chapter.
local function with_panel(blocks, page)
  local at = 1
  while blocks[at] and not (blocks[at].t == "Header" and blocks[at].level == 2) do at = at + 1 end
  blocks:insert(at, pandoc.RawBlock("html", run_panel.html(page.chapter, page.html)))
end

function chapter.write(page, place, links, citations)
  page.runs = site.runs and page.chapter and page.path:match("README%.md$")
  local doc = pandoc.read(site.source(page.path), index.format)
  local taken = {}
  doc = doc:walk{Inlines = function(inlines)
    return bound_numbers.replace(inlines, page.chapter or "", page.runs)
  end}
  search_index.note(page, doc.blocks)
  doc = doc:walk{Blocks = function(blocks) return exhibits.placed(blocks, page) end}
  doc = doc:walk{Blocks = function(blocks) return quoted(blocks, page, links, taken) end}
  doc = doc:walk{Blocks = function(blocks) return divided(blocks, page, citations, taken) end,
                 Table = scrolling(page)}
  doc = doc:walk(resolved(page, links)):walk{Inlines = cited(page, links)}
  doc = doc:walk{Link = function(link)  -- a citation in the text of a link is no link of its own
    link.content = link.content:walk{Link = function(inner) return inner.content end}
    return link
  end}
  if page.runs then
    doc = doc:walk{Inlines = function(inlines) return tried(inlines, page) end}
    with_panel(doc.blocks, page)
  end
  local contents = frame.on_this_page(page)
  if contents and doc.blocks[1].t == "Header" then doc.blocks:insert(2, contents) end
  local body, symbols = mathml.mended(site.html(layout.pairs(doc.blocks, margins.place))), nil
  if page.chapter then body, symbols = notation.marked(body, tonumber(page.chapter:sub(1, 2))) end
  body = code.linked(margins.filled(body, page, symbols), page.path, page.html, links)
  if page.chapter and page.path:match("README%.md$") then
    body = body .. (claims_table.html(page.chapter, page.html, links) or "")
  end
  return site.write(page.html, frame.fields{
    page = page.html, title = page.title, kind = "chapter", body = body, links = links, place = place,
    notation = symbols and #symbols > 0 and notation.of_page(symbols),
    head = (page.runs and run_panel.head(page.html) or "") .. exhibits.head(page),
  })
end

return chapter
