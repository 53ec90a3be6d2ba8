// The shapes that scripts of the authenticator hand each other, once each. tsc reads this file;
// nothing of it is served.

/** Bytes that no other thread shares. */
type Bytes = Uint8Array<ArrayBuffer>;

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

/** Whose export it is, and how to read it. */
interface Reader {
  source: string;
  open?: (password: string) => Promise<Json>;
  read: (data?: Json) => Item[];
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

/** The state of the vault in this tab. */
interface VaultState extends Kept {
  key: CryptoKey | null;
  readOnly: boolean;
  begun?: number;
}
