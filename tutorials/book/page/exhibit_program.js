// How the exhibits' program meets its page. This stands inside the program's function, before the code that Emscripten
// writes.
//
//   ready  is called with answer(name, line), which gives what the exhibit of that name says to a line, as JSON; an
//          empty line begins it anew. Or with an Error.
Module.onRuntimeInitialized = () =>
    ready((name, line) => Module.ccall("doxa_exhibit", "string", ["string", "string"], [name, line]));
Module.onAbort = (why) => ready(new Error(String(why)));
