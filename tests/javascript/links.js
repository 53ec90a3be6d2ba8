// Links of accounts and exports of Google Authenticator, as other apps write them.
export const KEY = "JBSWY3DPEHPK3PXP";
export const SECRET = new Uint8Array([72, 101, 108, 108, 111, 33, 0xde, 0xad, 0xbe, 0xef]);

/** The link of an account whose names need no escaping. */
export const link = (issuer, label = "alice", secret = KEY, kind = "totp") =>
  `otpauth://${kind}/${issuer}:${label}?secret=${secret}&issuer=${issuer}`;

/** A number as protocol buffers write it; negative ones take ten bytes. */
const number = (value) => {
  let rest = BigInt.asUintN(64, BigInt(value));
  const out = [];
  for (; rest > 0x7fn; rest >>= 7n) out.push(Number(rest & 0x7fn) | 0x80);
  return [...out, Number(rest)];
};

const bytesOf = (value) =>
  typeof value === "string" ? [...new TextEncoder().encode(value)] : [...value];

/** A message with these fields by number: numbers, texts, bytes, or a list of them. */
export const message = (fields) =>
  Object.entries(fields).flatMap(([name, values]) => {
    const field = Number(name) << 3;
    const isList = Array.isArray(values) && typeof values[0] === "object";
    return (isList ? values : [values]).flatMap((value) => {
      if (typeof value === "number" || typeof value === "bigint") {
        return [...number(field), ...number(value)];
      }
      const bytes = bytesOf(value);
      return [...number(field | 2), ...number(bytes.length), ...bytes];
    });
  });

/** An account as Google writes it. */
export const account = (name, issuer, more = {}) =>
  message({ 1: SECRET, 2: name, 3: issuer, 4: 1, 5: 1, 6: 2, ...more });

/** A QR code of an export with these accounts. */
export const batch = (accounts, { size = 1, index = 0, isEscaped = true } = {}) => {
  const body = message({ 1: accounts, 2: 1, 3: size, 4: index, 5: -1234567890 });
  const data = btoa(String.fromCharCode(...body));
  return `otpauth-migration://offline?data=${isEscaped ? encodeURIComponent(data) : data}`;
};
