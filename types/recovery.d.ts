// Shapes of a recovery, from the offer to what can be undone.

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

/** A backup that can be opened, and what is known beside it. */
type Findable = Pick<Recovery, "active" | "isOtherOn" | "waits"> & { offer: Offer };
