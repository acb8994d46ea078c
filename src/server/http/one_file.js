'use strict';
(async () => {
  // Each part lies in an element of its own: Base64 of gzip.
  const bytes = async element => {
    const packed = await fetch(`data:application/octet-stream;base64,${element.textContent}`);
    element.remove();
    return new Uint8Array(await new Response(packed.body.pipeThrough(new DecompressionStream('gzip'))).arrayBuffer());
  };
  const said = document.getElementById('opening');
  try {
    const parts = new Map();
    for (const element of document.querySelectorAll('script[data-part]')) parts.set(element.dataset.part, bytes(element));
    const wasm = part => new Response(part, { headers: { 'content-type': 'application/wasm' } });
    globalThis.throughlinePart = async name => wasm(await parts.get(name));
    globalThis.throughlineKept = await bytes(document.getElementById('kept'));
    const code = new Blob([await bytes(document.getElementById('code'))], { type: 'text/javascript' });
    const { default: init } = await import(URL.createObjectURL(code));
    await init({ module_or_path: wasm(await bytes(document.getElementById('program'))) });
  } catch (error) {
    said.textContent = `The charts of this file could not be opened: ${error.message ?? error}. Its words and pictures are below.`;
    return;
  }
  said.remove();
})();
