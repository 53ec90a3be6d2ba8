// Slow key derivation, away from the page. The only script of the site that may use WebAssembly:
// the portal sends it under an address of its own, with a policy of its own.
/* global hashwasm */
importScripts("/static/vendor/hash-wasm/argon2.js", "/static/vendor/hash-wasm/scrypt.js");

const derive = {
  argon2id: ({ password, salt, memory, passes, lanes }) =>
    hashwasm.argon2id({
      password,
      salt,
      memorySize: memory,
      iterations: passes,
      parallelism: lanes,
      hashLength: 32,
      outputType: "binary",
    }),
  scrypt: ({ password, salt, cost, block, lanes }) =>
    hashwasm.scrypt({
      password,
      salt,
      costFactor: cost,
      blockSize: block,
      parallelism: lanes,
      hashLength: 32,
      outputType: "binary",
    }),
};

self.onmessage = async ({ data }) => {
  try {
    self.postMessage({ bytes: await derive[data.kind](data) });
  } catch (error) {
    self.postMessage({ error: String(error) });
  }
};
