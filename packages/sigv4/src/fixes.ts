/** What to do about mistakes that are found in more than one way. */
export const fixes = {
  layout:
    'Join the lines with a single line feed: method, path, query, one line a header, an empty line, the signed names, the hash; no line end after the last.',
  method: 'Sign the method that is sent, in capitals; mind redirects and clients that turn POST into GET.',
  pathTwice:
    'Encode the path that is sent once more for the canonical request (`%20` becomes `%2520`), or switch the signer from S3 mode.',
  path: 'Sign the URL that is sent, and send it unchanged; sign again for another path. If a proxy adds or strips a prefix, sign the path that reaches the function URL.',
  query: 'Sign the URL that is sent, and send it unchanged; sign again for another query.',
  queryOrder: 'Sort the query by encoded name, then by encoded value, in the canonical request.',
  encoding:
    "Encode every character but A-Z a-z 0-9 - . _ ~ as `%` and two capital hexadecimal digits, `! ' ( ) *` too, which encodeURIComponent leaves out.",
  host: 'Sign for the host that the request is sent to, without scheme or path; behind a proxy or CDN, for that of the function URL.',
  header:
    'Send signed headers as they were signed, or leave out of the signature what the client or a proxy changes.',
  headerOrder: 'Sort the headers by their lower-case names in the canonical request and in SignedHeaders.',
  noBody: 'Hand the body to the signer: the very bytes that are sent.',
  body: 'Sign the very bytes that are sent, and sign again for another body.',
  key: "Derive it from 'AWS4' and the secret, then with the date, the region, the service of the scope and 'aws4_request', each step's bytes being the next one's key.",
} as const
