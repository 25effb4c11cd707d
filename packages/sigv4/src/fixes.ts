/** For a canonical request that is put together wrongly. */
export const fixLayout =
  'Join the lines with a single line feed: method, path, query, one line a header, an empty line, the signed names, the hash; no line end after the last.'

/** For a method other than the one sent. */
export const fixMethod =
  'Sign the method that is sent, in capitals; mind redirects and clients that turn POST into GET.'

/** For a path that was encoded once. */
export const fixPathTwice =
  'Encode the path that is sent once more for the canonical request (`%20` becomes `%2520`), or switch the signer from S3 mode.'

/** For another path than the one sent. */
export const fixPath =
  'Sign the URL that is sent, and send it unchanged; sign again for another path. If a proxy adds or strips a prefix, sign the path that reaches the function URL.'

/** For another query than the one sent. */
export const fixQuery = 'Sign the URL that is sent, and send it unchanged; sign again for another query.'

/** For a query that was not sorted. */
export const fixQueryOrder =
  'Sort the query by encoded name, then by encoded value, in the canonical request.'

/** For an encoding other than that of AWS. */
export const fixEncoding =
  "Encode every character but A-Z a-z 0-9 - . _ ~ as `%` and two capital hexadecimal digits, `! ' ( ) *` too, which encodeURIComponent leaves out."

/** For a host other than the one sent. */
export const fixHost =
  'Sign for the host that the request is sent to, without scheme or path; behind a proxy or CDN, for that of the function URL.'

/** For a header that was changed on its way. */
export const fixHeader =
  'Send signed headers as they were signed, or leave out of the signature what the client or a proxy changes.'

/** For headers that were not sorted. */
export const fixHeaderOrder =
  'Sort the headers by their lower-case names in the canonical request and in SignedHeaders.'

/** For a body that was not signed. */
export const fixNoBody = 'Hand the body to the signer: the very bytes that are sent.'

/** For another body than the one sent. */
export const fixBody = 'Sign the very bytes that are sent, and sign again for another body.'

/** For a key that was derived wrongly. */
export const fixKey =
  "Derive it from 'AWS4' and the secret, then with the date, the region, the service of the scope and 'aws4_request', each step's bytes being the next one's key."
