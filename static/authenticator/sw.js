// The service worker. The portal puts `self.LIST` in front of it: the version, and the SHA-256 of
// the page and of every file. Nothing is kept that does not have its hash.
const { version, language, files } = self.LIST;
const PREFIX = "authenticator-";
const CACHE = PREFIX + version;
const SLOWEST = 30_000; // milliseconds for one file

/** @param {BufferSource} body */
const digestOf = async (body) => new Uint8Array(await crypto.subtle.digest("SHA-256", body));

/** @param {BufferSource} body */
const hashOf = async (body) => btoa(String.fromCharCode(...(await digestOf(body))));

/** @param {BufferSource} body */
const hexOf = async (body) =>
  [...(await digestOf(body))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** @param {ArrayBuffer} body @param {Response} answer */
const clean = (body, answer) => {
  const headers = new Headers(answer.headers);
  for (const name of ["Content-Encoding", "Content-Length", "Vary"]) headers.delete(name);
  return new Response(body, { status: 200, headers });
};

/** @param {Response | undefined} answer @param {string} wanted */
const checked = async (answer, wanted) => {
  if (!answer?.ok || answer.redirected) return null;
  const body = await answer.arrayBuffer();
  return (await hashOf(body)) === wanted ? clean(body, answer) : null;
};

// Without cookies, so the language is said: the page of another one would not have its hash.
/** @param {string} path */
const fetched = (path) =>
  fetch(path, {
    cache: "no-cache",
    credentials: "omit",
    headers: { "Accept-Language": language },
    signal: AbortSignal.timeout(SLOWEST),
  });

// What an earlier version kept is taken over if it is still the same.
/** @param {Cache} cache @param {string} path @param {string} wanted */
const keep = async (cache, path, wanted) => {
  const good =
    (await checked(await caches.match(path), wanted)) ?? (await checked(await fetched(path), wanted));
  if (!good) throw new Error(`${path} is not the one of this version`);
  await cache.put(path, good);
};

const fill = async () => {
  const cache = await caches.open(CACHE);
  await Promise.all(Object.entries(files).map(([path, wanted]) => keep(cache, path, wanted)));
};

const forgetOthers = async () => {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
};

/** @param {Request} request @param {string} path */
const serve = async (request, path) => {
  const cache = await caches.open(CACHE);
  return (await cache.match(path)) ?? fetch(request);
};

// One line for each file, of the bytes that lie here and not of those that were promised.
/** @param {Cache} cache @param {string} path */
const lineOf = async (cache, path) => {
  const kept = await cache.match(path);
  return `${kept ? await hexOf(await kept.arrayBuffer()) : "gone"}  ${path}\n`;
};

// `version` is the hash of all that is kept here, `release` of what is the same on every site.
const held = async () => {
  const cache = await caches.open(CACHE);
  const paths = Object.keys(files).sort();
  const lines = await Promise.all(paths.map((path) => lineOf(cache, path)));
  const shared = lines.filter((line) => line.includes("  /static/"));
  /** @param {string[]} found */
  const hash = (found) => hexOf(new TextEncoder().encode(found.join("")));
  return { version: await hash(lines), release: await hash(shared) };
};

/** @param {MessagePort} port */
const tell = async (port) => port.postMessage(await held().catch(() => null));

self.addEventListener("install", (event) => event.waitUntil(fill()));
self.addEventListener("activate", (event) => event.waitUntil(forgetOthers()));

self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== self.location.origin) return;
  if (pathname in files) event.respondWith(serve(event.request, pathname));
});

self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
  if (event.data === "version") event.waitUntil(tell(event.ports[0]));
});
