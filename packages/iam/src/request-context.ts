/** Condition keys of a request, names lower-cased; a list is a multivalued key, an absent key is absent. */
export type RequestContext = Readonly<Record<string, string | readonly string[]>>
