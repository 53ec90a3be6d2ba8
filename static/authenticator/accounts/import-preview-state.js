// What was read and waits for a look before it is added.
const pending = { source: "", items: [] };

/**
 * Items are `{entry}`, or `{name, why}` for what cannot be read.
 * @param {string} source
 * @param {Item[]} items
 */
export const setPending = (source, items) => Object.assign(pending, { source, items });

export const takePending = () => ({ ...pending });

export const clearPending = () => setPending("", []);
