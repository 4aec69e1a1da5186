/** From fewer texts a language nothing is claimed. */
export const ENOUGH_TEXTS = 50;
