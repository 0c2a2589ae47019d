// The panel that runs a chapter in its page: its form is the program's command line, the program is loaded
// when Run is first pressed, and each run is a worker of its own, so that the page stays alive and Stop can
// end it.
"use strict";
var doxa = window.doxa ?? {};

doxa.panel = (panel) => {
  const find = (selector) => panel.querySelector(selector);
  const form = find("form"), go = find("button[type=submit]"), stop = find(".stop"), status = find(".status");
  const doing = find(".doing"), progress = find("progress"), printed = find(".output"), pre = find("pre"),
      found = find(".found");
  const chapter = panel.dataset.chapter;
  // What a run may read: what the reader gave, and checkpoints of earlier runs; name → bytes.
  const files = {};
  const given = new Set();
  let program = null, worker = null, shown = null, addresses = [];

  const load = () => program ??= new Promise((resolve, reject) => {
    doxa.program = (f) => resolve(URL.createObjectURL(new Blob(
        ["onmessage = (event) => (", String(f), ")(event.data, postMessage);"], {type: "text/javascript"})));
    const script = document.createElement("script");
    script.src = panel.dataset.program;
    script.onerror = () => {
      program = null;
      reject(new Error(`${panel.dataset.program} cannot be loaded`));
    };
    document.head.append(script);
  });

  // The command line that the form says. --verbose, so that each claim comes with its numbers.
  const commandLine = () => {
    const words = [];
    for (const field of form.querySelectorAll("[name]")) {
      if (field.type === "checkbox" ? field.checked : field.value.trim() !== "") {
        words.push("--" + field.name);
        if (field.type !== "checkbox") words.push(field.value.trim());
      }
    }
    return [...words, "--verbose"];
  };
  const say = (text, bad = false) => {
    status.textContent = text;
    status.classList.toggle("fails", bad);
  };
  const showCommand = () => {
    const words = commandLine().map((word) => /^[\w.,=+-]+$/.test(word) ? word : `'${word}'`);
    find(".command").textContent = [chapter, ...words].join(" ");
  };

  const address = (bytes, name) => {
    const type = name.endsWith(".svg") ? "image/svg+xml" : name.endsWith(".html") ? "text/html"
        : "application/octet-stream";
    addresses.push(URL.createObjectURL(new Blob([bytes], {type})));
    return addresses.at(-1);
  };
  const element = (tag, text, attributes = {}) => {
    const made = Object.assign(document.createElement(tag), attributes);
    made.append(...[text].flat());
    return made;
  };

  const clear = () => {
    shown?.remove();
    shown = null;
    addresses.forEach((each) => URL.revokeObjectURL(each));
    addresses = [];
    pre.textContent = "";
    found.replaceChildren();
    found.hidden = true;
    for (const field of form.querySelectorAll("[aria-invalid]")) {
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-describedby");
    }
  };

  // What a run leaves: figures and numbers in the text, and files to be saved.
  const show = (left) => {
    const names = Object.keys(left).filter((name) => !given.has(name)).sort();
    // For a later --resume.
    for (const name of names) if (!/\.(svg|json|html|csv)$/.test(name)) files[name] = left[name];
    const pictures = {}, links = [];
    for (const name of names) {
      const plain = name.replace(/^.*\//, ""), href = address(left[name], name);
      if (plain.endsWith(".svg")) pictures[plain] = href;
      links.push(element("li", element("a", plain, {href, download: plain})));
    }
    const results = left[`out/${chapter}/results.json`];
    if (results) {
      shown = doxa.shown(JSON.parse(new TextDecoder().decode(results)), pictures);
      const box = element("input", [], {type: "checkbox", checked: true});
      box.addEventListener("change", () => shown.show(box.checked));
      const marked = shown.numbers + shown.tables;
      const differ = marked ? `${marked} numbers and tables that differ from the committed ones, marked`
          : "no number that differs";
      const label = element("label", [box, ` this run in the text: ${shown.figures} figures, and ${differ}`]);
      found.append(element("p", label));
      const others = shown.elsewhere.map((name) => element("img", [], {src: pictures[name], alt: name}));
      const words = `Its figures of the chapter's other pages: ${others.length}`;
      if (others.length) found.append(element("details", [element("summary", words), ...others]));
      shown.show(true);
    }
    const saved = [element("summary", "Save its files"), element("ul", links)];
    if (links.length) found.append(element("details", saved));
    found.hidden = found.childElementCount === 0;
  };

  const end = (text, bad) => {
    worker?.terminate();
    worker = null;
    const attended = document.activeElement === stop;
    [go.disabled, stop.disabled, doing.hidden] = [false, true, true];
    if (attended) go.focus();
    delete panel.dataset.running;
    say(text, bad);
  };

  // A line that the program refused its input with, beside the field that it names.
  const refused = (line) => {
    end(line, true);
    const name = /^[\w-]+: (?:found )?--([\w-]+)/.exec(line)?.[1] ?? (/\.pomdp:\d/.test(line) ? "pomdp" : "");
    const field = name && form.querySelector(`[name="${CSS.escape(name)}"]`);
    if (!field) return;
    find(".flags").open = true;
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", "help-" + name);
    field.focus();
  };

  const verdict = (claims, seconds) => {
    const failed = claims.filter((claim) => !claim.holds).length, all = claims.length;
    const native = Number(panel.dataset.seconds);
    return (failed ? `${failed} of ${all} claims failed` : `all ${all} claims hold`) +
        ` · ${seconds.toFixed(1)} s here` +
        (native ? `; the run of the text takes ${native} s as a native program` : "");
  };

  const start = async () => {
    clear();
    const argumentsGiven = commandLine();
    showCommand();
    stop.disabled = false;
    if (document.activeElement === go) stop.focus();  // a button that is disabled would lose it
    [go.disabled, panel.dataset.running] = [true, "yes"];
    say("loading the program …");
    const source = await load().catch((error) => end(error.message, true));
    if (!source || panel.dataset.running === undefined) return;
    say("running …");
    const claims = doxa.claims(), list = element("ol", [], {className: "claims-here"});
    let errors = "", listed = 0;
    const write = doxa.terminal({
      line(text) {
        if (!claims.take(text)) pre.append(text + "\n");
        printed.hidden = false;
        pre.scrollTop = pre.scrollHeight;
      },
      bar(text) {
        const bar = text && doxa.bar(text);
        doing.hidden = !bar;
        if (!bar) return;
        [progress.max, progress.value] = [bar.total, bar.done];
        doing.lastElementChild.textContent = bar.words;
      },
    });
    const decoder = new TextDecoder();
    worker = new Worker(source);
    worker.onerror = (event) => {
      event.preventDefault();
      end("the program could not be run: " + event.message, true);
    };
    worker.onmessage = ({data}) => {
      if (data.text) write(data.text);
      if (data.error) errors += decoder.decode(data.error);
      if (data.failed) end("the program could not be run: " + data.failed, true);
      if (!data.files) return;
      if (data.status === 2) return refused(errors.trim());
      end(verdict(claims.all, data.seconds), data.status !== 0);
      for (; listed < claims.all.length; ++listed) list.append(doxa.claimItem(claims.all[listed]));
      found.append(list);
      show(data.files);
    };
    worker.postMessage({arguments: argumentsGiven, files});
  };

  // A file for a flag, chosen, dropped or pasted.
  const take = async (field, name, bytes) => {
    files[name] = bytes;
    given.add(name);
    field.value = name;
    find(".flags").open = true;
    showCommand();
  };
  const fieldFor = (name) => {
    const inputs = [...form.querySelectorAll("input[type=file]")];
    const fits = inputs.find((each) => each.dataset.ending && name.endsWith(each.dataset.ending))
        ?? inputs[0];
    return fits && form.querySelector("#" + fits.dataset.for);
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (panel.dataset.running === undefined) start();
  });
  stop.addEventListener("click", () => end("stopped: a run that is stopped leaves no results", false));
  form.addEventListener("input", showCommand);
  for (const input of form.querySelectorAll("[data-for]")) {
    input.addEventListener("change", async () => {
      const field = form.querySelector("#" + input.dataset.for);
      const file = input.files?.[0];
      if (input.type !== "file") {
        take(field, "pasted" + input.dataset.ending, new TextEncoder().encode(input.value));
      } else if (file) {
        take(field, file.name, new Uint8Array(await file.arrayBuffer()));
      }
    });
  }
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", async (event) => {
    event.preventDefault();
    const file = event.dataTransfer.files[0], field = file && fieldFor(file.name);
    if (field) take(field, file.name, new Uint8Array(await file.arrayBuffer()));
  });
  // A command in the text: the form is filled with its flags, and it runs.
  for (const link of document.querySelectorAll("a.try")) {
    link.addEventListener("click", () => {
      if (panel.dataset.running !== undefined) return;
      form.reset();
      form.querySelector("[name=quick]").checked = false;
      for (const [, name, value] of link.dataset.flags.matchAll(/--([\w-]+)(?:[ =]([^\s-]\S*|-[\d.]\S*))?/g)) {
        const field = form.querySelector(`[name="${name}"]`);
        if (field?.type === "checkbox") field.checked = true;
        else if (field) field.value = value;
      }
      start();
    });
  }
  showCommand();
  panel.hidden = false;
};

document.querySelectorAll("section.run").forEach(doxa.panel);
