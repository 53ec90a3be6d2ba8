// The shapes that scripts of the authenticator hand each other, once each. tsc reads this file;
// nothing of it is served.

/** Bytes that no other thread shares. */
type Bytes = Uint8Array<ArrayBuffer>;

/** Kinds of accounts this app makes codes for, and "unknown" for a link it only keeps. */
type Kind = "totp" | "hotp" | "steam" | "unknown";

/** An account as it is read or typed, before it is in the list. */
interface Account {
  type: string;
  issuer: string;
  label: string;
  secret?: string;
  algorithm: string; // this and the next two are missing where the type is unknown
  digits: number;
  period: number;
  counter?: number;
  kind?: string; // of an unknown one: what it calls itself
  raw?: string; // of an unknown one: its link
  tags?: string[];
  notes?: string;
  recovery?: string;
  pinned?: boolean;
  work?: Work | null;
}

/** What ties an account to an organisation. */
interface Work {
  enrolment: string;
  organisation: string;
}

/** An account in the list; `trashed` is the time (ms) it was thrown away, `gone` a mark of one. */
interface Entry extends Account {
  id: string;
  revision: number;
  created: number;
  changed: number;
  order: number;
  trashed?: number;
  gone?: boolean;
}

interface Regain {
  name: string;
  done: boolean;
}

interface Settings {
  hidden?: boolean;
  changed?: number;
  regain?: Regain[];
}

/** All that is sealed on the phone; without `backup` it is what a backup holds. */
interface VaultDocument {
  format: number;
  entries: Entry[];
  settings: Settings;
  backup?: Backup;
}

/** A version on its way: the very same is sent again after a cut. */
interface Pending {
  id: string;
  envelope: Envelope;
  accounts: number;
  shrink: boolean;
}

/** What it takes to undo a recovery. */
interface Before {
  entries: Entry[];
  settings: Settings;
  backup: Partial<Backup>;
  vault: string;
  isOpen: boolean;
  at?: number;
  after: Record<string, number>;
}

/** What this phone knows of its backup; it never leaves the phone. */
interface Backup {
  vault: string;
  key: string;
  secret: string; // base64url
  on: boolean;
  role: "active" | "other";
  other?: string;
  proven: Record<string, number>;
  head: number;
  epoch: number;
  saved: string;
  accounts: number;
  slots: Slot[];
  base: VaultDocument | null;
  checked: number;
  offUntil?: string | null;
  lost?: boolean;
  pending?: Pending;
  left?: string;
  setBack?: number;
  before?: Before;
  freeze?: boolean;
  isTagged?: boolean;
}

/** A vault's id, the id of its key, and the key. */
interface VaultKey {
  vault: string;
  key: string;
  secret: Bytes;
}

/** What is written beside a slot: the cost of a passphrase, or the passkey. */
interface SlotParams {
  kdf: string;
  memory: number;
  passes: number;
  lanes: number;
  salt: string;
  credential: string;
}

/** The key of a vault, sealed for one way to open it; the portal adds the last four. */
interface Slot {
  id: string;
  kind: string;
  key: string;
  params: Partial<SlotParams>;
  nonce: string;
  sealed: string;
  tag?: string;
  opened?: string | null;
  verified?: string | null;
  until?: string;
}

/** What somebody has to open a slot with. */
interface SlotInput {
  recoveryKey?: string;
  passphrase?: string;
  prf?: Bytes;
  credential?: string | BufferSource;
  salt?: string | BufferSource;
  wrapping?: Bytes;
}

/** One version of a vault as it lies on the server: a header in the clear, the document sealed. */
interface Envelope {
  format: string;
  vault: string;
  version: number;
  base: number;
  epoch: number;
  device: string;
  key: string;
  commitment: string;
  nonce: string;
  ciphertext: string;
}

interface SealedFile {
  format: string;
  envelope: Envelope;
  slots: Slot[];
}

/** A row of the phone's own storage. */
interface SealedRow {
  format: string;
  generation: number;
  at: number;
  nonce: Bytes;
  sealed: ArrayBuffer;
}

type Head = { generation: number } | undefined;

/** A store and a key in it, and for rows that are written the value. */
type Place = [store: string, key: IDBValidKey | IDBKeyRange];
type Row = [store: string, key: IDBValidKey, value: unknown];

interface Writing {
  put: Row[];
  drop: Place[];
  clear: string[];
  check: ((heads: Head[], lock: AppLock | undefined, device: DeviceRow | undefined) => void) | null;
  isAside: boolean;
}

interface KdfCost {
  kind: string;
  memory: number;
  passes: number;
  lanes: number;
}

interface PinLock {
  kind: "pin";
  salt: Bytes;
  rounds: number;
  hash: Bytes;
}

interface PassphraseLock {
  kind: "passphrase";
  kdf: KdfCost;
  salt: Bytes;
  nonce: Bytes;
  sealed: ArrayBuffer;
}

interface PasskeyLock {
  kind: "passkey";
  credential: string;
  salt: string;
  nonce: Bytes;
  sealed: ArrayBuffer;
  passphrase?: PassphraseLock;
}

/** What locks the app. */
type AppLock = PinLock | PassphraseLock | PasskeyLock;

/** What the start found on the phone; see `load` in vault.js. */
interface Found {
  kind: string;
  at?: number;
  count?: number;
  lock?: AppLock;
  note?: ErasedNote;
  away?: AwayRow;
}

interface ErasedNote {
  at: number;
  installation?: string;
  secret?: string;
  command?: string;
}

/** What the portal locked: sealed under a secret that only the portal keeps. */
interface AwayRow {
  command: string;
  until: string;
  at: number;
  nonce: Bytes;
  sealed: ArrayBuffer;
  isPart: boolean;
}

/** A link that waits for the portal to confirm it. */
interface Claim {
  number: string;
  account: string;
  expires: string;
  confirm: string;
}

/** Who this phone is to the portal. */
interface Device {
  installation: string;
  secret: string;
  linked: boolean;
  name: string;
  account: string;
  claim?: Claim;
  before?: string[];
}

type DeviceRow = SealedRow & { plain?: Device };

/** An order of the portal to a phone. */
interface Order {
  kind: string;
  id: string;
  until: string;
  secret: string;
}

/** What went wrong; `field` and `code` are those of a Refusal, `kind` and `more` of a PortalError. */
interface Failure extends Error {
  cause?: any;
  field?: string;
  code?: string;
  kind?: string;
  more?: Record<string, any>;
  isTooLate?: boolean;
  isUnsure?: boolean;
}

/** What was found in an export: an account, or why it cannot be taken. */
interface Item {
  entry?: Account;
  name?: string;
  why?: string;
  isTrashed?: boolean;
  id?: string;
}

/** One QR code of an export of Google Authenticator. */
interface Batch {
  id: string;
  size: number;
  index: number;
  items: Item[];
}

/** JSON of somebody else, of which nothing is known. */
type Json = any;

/** How the backup stands; see `statusOf` in backup/status.js for the kinds. */
interface Status {
  kind: string;
  why?: string;
  changes?: number;
  accounts?: number;
  saved?: string;
  phone?: string;
  until?: string;
  before?: number;
  after?: number;
  isChecked?: boolean;
  late?: number;
  setBack?: number;
}

/** A phone as the portal tells of it. */
interface Phone {
  installation: string;
  name: string;
  accounts: number;
  saved?: string;
  last_contact?: string;
  unsaved?: number;
}

/** What the portal answers to a heartbeat; `knew` is the version this phone named. */
interface Told {
  installation?: string;
  name: string;
  account: string;
  status: string;
  active?: Phone | null;
  epoch: number;
  vault?: ToldVault | null;
  late?: number;
  suspended?: boolean;
  replaced_until?: string;
  restarts?: boolean;
  knew?: number | null;
  commands?: Order[];
}

interface ToldVault {
  vault: string;
  state: string;
  verified: boolean;
  deleted_until: string;
  head: number;
  accounts: number;
  saved: string;
}

interface Shrink {
  before: number;
  after: number;
}

/** What is known of the backup all in all. */
interface Known {
  doc: VaultDocument;
  mine: Device | null;
  told: Told | null;
  trouble: Failure | null;
  isSaving: boolean;
  shrink: Shrink | null;
  unlinked: number;
}

/** A version in the portal's list. */
interface Version {
  version: number;
  saved: string;
  phone: string;
  accounts: number;
  pinned_until?: string | null;
  why_pinned?: string;
}

type SealedVersion = Version & { envelope: Envelope };
type OpenedVersion = SealedVersion & { content: VaultDocument };

/** What another phone left for the active one. */
interface LateChanges {
  installation: string;
  phone: string;
  saved: string;
  accounts: number;
  base: number;
  envelope: Envelope;
  content: VaultDocument;
}

/** What the newest version is, and what stands beside it. */
interface Newest {
  vault: string;
  epoch: number;
  head: number;
  version: SealedVersion;
  slots: Slot[];
  content: VaultDocument;
}

/** A backup that a recovery can open. */
interface Offer {
  vault: string;
  state: string;
  head: number;
  phone: string;
  saved: string;
  accounts: number;
  versions?: number;
  frozen_until?: string;
  slots: Slot[];
}

interface Waits {
  from: number;
  takesOver: number;
}

type Chosen = SealedVersion & { vault: string };

interface Skipped {
  saved: string;
  why: string;
}

/** A recovery under way. */
interface Recovery {
  offer: Offer | null;
  active: Phone | null;
  chosen: Chosen | null;
  isOlder: boolean;
  isOtherOn?: boolean;
  secret: Bytes | null;
  by: string;
  tag: string;
  waits: Waits | null;
  doc: VaultDocument | null;
  skipped: Skipped[];
  typed: Record<string, string>;
}

/** Somebody's account with an organisation, as the portal tells of it. */
interface Enrolment {
  id: string;
  organisation: string;
  label: string;
  state: string;
  here: boolean;
  help: string;
}

type EnrolmentState = Partial<Pick<Enrolment, "state" | "here" | "help">>;

interface WorkStates {
  states: Record<string, EnrolmentState>;
  claimed: string[];
}

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

/** Whose time codes use: "phone", or "" for the portal's. */
interface Clock {
  offset: number;
  at: number;
  choice: string;
}

interface Fields {
  put: Record<string, any>;
  drop: string[];
}

/** What a save writes of a long list. */
interface Change {
  put: Entry[];
  drop: string[];
  fields: Fields;
  backup?: Fields | null;
  order?: string[];
}

/** The state of the vault that the next rows are made after. */
interface Kept {
  doc: VaultDocument;
  generation: number;
  slot: number;
  wholeAt: number;
  size: number;
  changes: number;
  isMissing: boolean;
}

/** One of two sides of a merge, with its phone's name. */
interface Side {
  doc: VaultDocument;
  phone: string;
}

/** Whose export it is, and how to read it. */
interface Reader {
  source: string;
  open?: (password: string) => Promise<Json>;
  read: (data?: Json) => Item[];
}

/** What is said while an export in several QR codes is not whole. */
interface More {
  words: string;
  button: string;
  goOn: () => void;
}

interface CallOptions {
  device?: { installation?: string; secret?: string } | null;
  body?: object;
  headers?: Record<string, string>;
  keepalive?: boolean;
  isHere?: boolean;
  wants?: string[];
}

interface SaveHow {
  shrink?: boolean;
  isHidden?: boolean;
}

/** What this phone tells the portal of itself. */
interface Said {
  unsaved: number;
  accounts: number;
  version: number | null;
}

interface Offers {
  vaults: Offer[];
  active?: Phone | null;
}

interface Outcome {
  mode: string;
  phone: string;
  old: string;
}

interface Pair {
  own: CryptoKey;
  shown: string;
}

/** The key of a vault, sealed for one other phone. */
interface Answered {
  vault: string;
  key: string;
  nonce: string;
  sealed: string;
  public: string;
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

/** What can be taken of an import; `id` is that of the account that is here, or "". */
interface Takeable {
  entry: Account;
  id: string;
}

/** What was found in an import, by what becomes of it. */
interface Groups {
  ready: Takeable[];
  raised: Takeable[];
  trashed: Takeable[];
  here: Item[];
  discarded: Item[];
  wrong: Item[];
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
  "recovery-key": HTMLFormElement;
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
  value: HTMLInputElement;
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

interface EngineState {
  mine: Device | null;
  told: Told | null;
  trouble: Failure | null;
  shrink: Shrink | null;
  isSaving: boolean;
  unlinked: number;
}

/** The vendored hashes in WebAssembly, as the worker loads them. */
declare const hashwasm: Record<"argon2id" | "scrypt", (options: object) => Promise<Bytes>>;
declare function importScripts(...urls: string[]): void;

/** What becomes of an account that two phones have; `copy` where both changed it. */
interface Settled {
  entry: any;
  copy?: any;
}

/** How the bytes come about that wrap the key of a slot. */
type Wrapping = (
  slot: Pick<Slot, "id" | "params">,
  input: SlotInput,
) => Promise<Bytes>;

interface SlotKind {
  params: (input: SlotInput) => Partial<SlotParams>;
  wrapping: Wrapping;
  refused: () => string;
}

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

/** The state of the vault in this tab. */
interface VaultState extends Kept {
  key: CryptoKey | null;
  readOnly: boolean;
  begun?: number;
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

/** What a version is sealed of, beside its key. */
interface Unsealed {
  version: number;
  base: number;
  epoch: number;
  device: string;
  doc: VaultDocument;
}

/** What becomes of pictures that are chosen or pasted. */
interface PictureActs {
  take: (texts: string[], problems: Item[]) => unknown;
  wait: () => void;
  complain: (error: Failure) => void;
}

/** A backup that can be opened, and what is known beside it. */
type Findable = Pick<Recovery, "active" | "isOtherOn" | "waits"> & { offer: Offer };
