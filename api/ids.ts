/** Ids as they come in from outside. */
const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether the text is a UUID, so that the database can be asked for it. */
export const isGuid = (text: string): boolean => guid.test(text);
