/** How a model is asked for the language of a text, as in the steering repository. */
export const identificationPrompt = (text: string): string =>
  `Identify the language of the following text in one word.\nText: ${text}\nLanguage:`;
