// Slow key derivation, away from the page. The only script of the site that may use WebAssembly:
// the portal sends it under an address of its own, with a policy of its own. Where the browser
// refuses that too, plain JavaScript gives the same bytes.
importScripts("/static/vendor/hash-wasm/argon2.js", "/static/vendor/hash-wasm/scrypt.js");

const PLAIN = "/static/vendor/noble-hashes/";
const SIZE = 32; // bytes
const EMPTY = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0); // the smallest module there is

/** @type {Record<string, (task: Record<string, any>) => Promise<Bytes>>} */
const quick = {
  argon2id: ({ password, salt, memory, passes, lanes }) =>
    hashwasm.argon2id({
      password,
      salt,
      memorySize: memory,
      iterations: passes,
      parallelism: lanes,
      hashLength: SIZE,
      outputType: "binary",
    }),
  scrypt: ({ password, salt, cost, block, lanes }) =>
    hashwasm.scrypt({
      password,
      salt,
      costFactor: cost,
      blockSize: block,
      parallelism: lanes,
      hashLength: SIZE,
      outputType: "binary",
    }),
};

// The same bytes in plain JavaScript, several times slower.
/** @type {Record<string, (task: Record<string, any>) => Promise<Bytes>>} */
const plain = {
  argon2id: async ({ password, salt, memory, passes, lanes }) => {
    const { argon2id } = await import(`${PLAIN}argon2.js`);
    return argon2id(password, salt, { m: memory, t: passes, p: lanes, dkLen: SIZE });
  },
  scrypt: async ({ password, salt, cost, block, lanes }) => {
    const { scrypt } = await import(`${PLAIN}scrypt.js`);
    return scrypt(password, salt, { N: cost, r: block, p: lanes, dkLen: SIZE });
  },
};

/** Tell whether WebAssembly is there and allowed; some browsers refuse it to everybody. */
const canCompile = () => {
  try {
    return Boolean(new WebAssembly.Module(EMPTY));
  } catch {
    return false;
  }
};

self.onmessage = async ({ data }) => {
  const derive = canCompile() ? quick : plain;
  try {
    self.postMessage({ bytes: await derive[data.kind](data) });
  } catch (error) {
    self.postMessage({ error: String(error) });
  }
};
