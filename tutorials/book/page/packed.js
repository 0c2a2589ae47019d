// The program's WebAssembly, compressed, in the place of WASM (page/pack.js). A page that is opened from a folder may
// fetch nothing, so it is in the script.
Module.instantiateWasm = (imports, done) => {
  const packed = Uint8Array.from(atob("@WASM@"), (c) => c.charCodeAt(0));
  const bytes = new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
  bytes.then((wasm) => WebAssembly.instantiate(wasm, imports)).then(({instance, module}) => done(instance, module))
      .catch((error) => Module.onAbort(error));
  return {};
};
