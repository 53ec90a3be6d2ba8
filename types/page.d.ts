// What pages are made of, and what browsers have that the language does not know.

/** Pixels, four bytes each. */
interface Picture {
  data: Uint8ClampedArray;
  width: number;
  height: number;
}

interface View {
  x: number;
  y: number;
  width: number;
  height: number;
  scale: number;
}

/** What a page leaves to be called when it is left. */
type End = () => void;
type Show = (root: HTMLElement, argument: string) => unknown;

interface Finder {
  x: number;
  y: number;
  size: number;
}

/** What is said while an export in several QR codes is not whole. */
interface More {
  words: string;
  button: string;
  goOn: () => void;
}

interface RowActs {
  copy: (entry: Entry, code: string) => unknown;
  draw: (entry: Entry) => unknown;
  pin: (entry: Entry) => unknown;
  ask: (entry: Entry) => unknown;
  send: (entry: Entry) => unknown;
  moment: () => number;
  hidden: boolean;
}

/** What stands behind a data-part wherever it is; any other one is an HTMLElement. */
interface Parts {
  add: HTMLButtonElement;
  again: HTMLButtonElement;
  all: HTMLButtonElement;
  begin: HTMLButtonElement;
  "bring-back": HTMLButtonElement;
  cancel: HTMLButtonElement;
  choose: HTMLButtonElement;
  "choose-file": HTMLButtonElement;
  copy: HTMLButtonElement;
  draw: HTMLButtonElement;
  forgotten: HTMLButtonElement;
  here: HTMLButtonElement;
  install: HTMLButtonElement;
  leave: HTMLButtonElement;
  noted: HTMLButtonElement;
  now: HTMLButtonElement;
  older: HTMLButtonElement;
  open: HTMLButtonElement;
  "passkey-button": HTMLButtonElement;
  paste: HTMLButtonElement;
  persist: HTMLButtonElement;
  print: HTMLButtonElement;
  "put-back": HTMLButtonElement;
  recover: HTMLButtonElement;
  rest: HTMLButtonElement;
  restore: HTMLButtonElement;
  save: HTMLButtonElement;
  send: HTMLButtonElement;
  start: HTMLButtonElement;
  "start-over": HTMLButtonElement;
  "switch-on": HTMLButtonElement;
  take: HTMLButtonElement;
  try: HTMLButtonElement;
  undo: HTMLButtonElement;
  update: HTMLButtonElement;
  "work-ask": HTMLButtonElement;
  "work-send": HTMLButtonElement;
  yes: HTMLButtonElement;
  "add-passkey": HTMLFormElement;
  "add-passphrase": HTMLFormElement;
  form: HTMLFormElement;
  lost: HTMLFormElement;
  "off-form": HTMLFormElement;
  passkey: HTMLFormElement;
  passphrase: HTMLFormElement;
  "backup-key": HTMLFormElement;
  "remove-passkey": HTMLFormElement;
  sealed: HTMLFormElement;
  typed: HTMLFormElement;
  alone: HTMLAnchorElement;
  confirm: HTMLAnchorElement;
  look: HTMLAnchorElement;
  portal: HTMLAnchorElement;
  restored: HTMLAnchorElement;
  type: HTMLAnchorElement;
  "work-scan": HTMLAnchorElement;
  details: HTMLDetailsElement;
  "forgotten-part": HTMLDetailsElement;
  file: HTMLInputElement;
  hidden: HTMLInputElement;
  picture: HTMLInputElement;
  search: HTMLInputElement;
  secret: HTMLInputElement;
  "label-0": HTMLLabelElement;
  "label-1": HTMLLabelElement;
  "present-label": HTMLLabelElement;
  "secret-label": HTMLLabelElement;
  video: HTMLVideoElement;
}

type Part<Name extends string> = Name extends keyof Parts ? Parts[Name] : HTMLElement;

/** The fields of the app's forms by their names. */
interface HTMLFormControlsCollection {
  csrfmiddlewaretoken: HTMLInputElement;
  token: HTMLInputElement;
  again: HTMLInputElement;
  code: HTMLInputElement;
  issuer: HTMLInputElement;
  label: HTMLInputElement;
  name: HTMLInputElement;
  notes: HTMLInputElement;
  password: HTMLInputElement;
  pinned: HTMLInputElement;
  recovery: HTMLInputElement;
  secret: HTMLInputElement;
  tags: HTMLInputElement;
  text: HTMLInputElement;
  type: HTMLInputElement;
  word: HTMLInputElement;
}

interface EncodeQR {
  (
    text: string,
    output: "raw",
    options: { ecc: "low" | "medium"; border: number },
  ): boolean[][];
}

/** The vendored reader of QR codes, as far as the app uses it. */
interface QRScanner {
  addImage(image: Picture): void;
  decodeAsync(isThorough: boolean): Promise<(string | undefined)[]>;
  clean(): void;
}

type QRReader = new (options: { maxSize: { width: number; height: number } }) => QRScanner;

/** Of browsers that let a page ask for its place on the home screen. */
interface InstallPrompt extends Event {
  prompt(): Promise<unknown>;
}

interface Navigator {
  standalone?: boolean; // Safari on an iPhone
  userAgentData?: {
    getHighEntropyValues?(hints: string[]): Promise<{ model?: string }>;
  };
}

declare class BarcodeDetector {
  constructor(options: { formats: string[] });
  static getSupportedFormats(): Promise<string[]>;
  detect(source: ImageBitmapSource): Promise<{ rawValue: string }[]>;
}

type LazyShow = (root: HTMLElement, argument?: string) => End;

/** The vendored hashes in WebAssembly, as the worker loads them. */
declare const hashwasm: Record<"argon2id" | "scrypt", (options: object) => Promise<Bytes>>;
declare function importScripts(...urls: string[]): void;

/** A square in a picture that may be a code. */
interface Square {
  left: number;
  top: number;
  side: number;
  size: number;
}

/** Pages here are HTML throughout. */
interface ParentNode {
  querySelector(selectors: string): HTMLElement | null;
  querySelectorAll(selectors: string): NodeListOf<HTMLElement>;
}

/** What the service worker is given by the portal, and what its globals are. */
interface Window {
  LIST: { version: string; language: string; files: Record<string, string> };
  clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
}

interface ExtendableEvent extends Event {
  waitUntil(promise: Promise<unknown>): void;
}

interface FetchEvent extends ExtendableEvent {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}

interface WindowEventMap {
  beforeinstallprompt: InstallPrompt;
  install: ExtendableEvent;
  activate: ExtendableEvent;
  fetch: FetchEvent;
}

interface MessageEvent extends ExtendableEvent {}

/** What becomes of pictures that are chosen or pasted. */
interface PictureActs {
  take: (texts: string[], problems: Item[]) => unknown;
  wait: () => void;
  complain: (error: Failure) => void;
}
