// Shapes of backups: their format, and what the portal and a phone tell each other.

/** A version on its way: the very same is sent again after a cut. */
interface Pending {
  id: string;
  envelope: Envelope;
  accounts: number;
  shrink: boolean;
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
  backupKey?: string;
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

/** How the backup stands; see `statusOf` in backup/sync/status.js for the kinds. */
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
interface HeartbeatAnswer {
  installation?: string;
  name: string;
  account: string;
  status: string;
  active?: Phone | null;
  epoch: number;
  vault?: VaultAnswer | null;
  late?: number;
  suspended?: boolean;
  replaced_until?: string;
  restarts?: boolean;
  knew?: number | null;
  commands?: Order[];
}

interface VaultAnswer {
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
interface StatusFacts {
  doc: VaultDocument;
  mine: Device | null;
  answer: HeartbeatAnswer | null;
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

/** One of two sides of a merge, with its phone's name. */
interface Side {
  doc: VaultDocument;
  phone: string;
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
interface BackupCounts {
  unsaved: number;
  accounts: number;
  version: number | null;
}

interface EngineState {
  mine: Device | null;
  answer: HeartbeatAnswer | null;
  trouble: Failure | null;
  shrink: Shrink | null;
  isSaving: boolean;
  unlinked: number;
}

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

/** What a version is sealed of, beside its key. */
interface Unsealed {
  version: number;
  base: number;
  epoch: number;
  device: string;
  doc: VaultDocument;
}
