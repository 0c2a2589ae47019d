// How a chapter's program meets its page. This stands inside the program's function, before the code that
// Emscripten writes, whose FS, ENV and TTY (files, environment, terminal) it sees.
//
//   given {arguments, files}: the command line, and files for it, name → bytes
//   post  takes what happens: {text} printed bytes, {error} the same on standard error, and at the end
//         {status, seconds, files}: exit status, time, and all files that the program left; or {failed}, a reason
{
  let start = 0;
  const left = (folder, files) => {
    for (const name of FS.readdir(folder)) {
      if (name === "." || name === "..") continue;
      const path = folder + "/" + name;
      if (FS.isDir(FS.stat(path).mode)) left(path, files);
      else files[path.slice("/run/".length)] = FS.readFile(path);
    }
    return files;
  };
  Module.arguments = given.arguments;
  Module.preRun = () => {
    ENV.TERM = "xterm";  // so that progress is a bar, drawn again ten times a second
    TTY.default_tty_ops.ioctl_tiocgwinsz = () => [24, 100];
    TTY.stream_ops.write = (stream, bytes, at, length) => {
      const text = new Uint8Array(bytes.buffer, bytes.byteOffset + at, length).slice();
      post(stream.tty.ops === TTY.default_tty1_ops ? {error: text} : {text});
      return length;
    };
    FS.mkdir("/run");
    FS.chdir("/run");
    for (const name of Object.keys(given.files)) {
      if (name.includes("/")) FS.mkdirTree(name.slice(0, name.lastIndexOf("/")));
      FS.writeFile(name, given.files[name]);
    }
    start = performance.now();
  };
  Module.onExit = (status) => post({status, seconds: (performance.now() - start) / 1000,
      files: left("/run", {})});
  Module.onAbort = (why) => post({failed: String(why)});
}
