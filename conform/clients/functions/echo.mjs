/** Says what arrived. */
export const handler = async ({ rawPath, rawQueryString, requestContext, body = '', isBase64Encoded }) => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    method: requestContext.http.method,
    path: rawPath,
    query: rawQueryString,
    body: isBase64Encoded ? body : Buffer.from(body).toString('base64'),
  }),
})
