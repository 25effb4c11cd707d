/** Does what the path says: the suite decides what the function answers. */
const commands = {
  // The body is the result.
  '/return': ({ body, isBase64Encoded }) =>
    JSON.parse(isBase64Encoded ? Buffer.from(body, 'base64').toString() : body),
  '/nothing': () => undefined,
  // A result whose JSON has so many bytes in all.
  '/size': ({ rawQueryString }) => 'x'.repeat(Number(rawQueryString) - 2),
  '/throw': () => {
    throw new TypeError('as asked')
  },
  '/exit': () => process.exit(3),
  '/sleep': () => new Promise((done) => setTimeout(done, 60_000)),
  '/arn': (_event, { invokedFunctionArn }) => ({ statusCode: 200, body: invokedFunctionArn }),
}

export const handler = async (event, context) => {
  const command = commands[event.rawPath]
  return command === undefined ? { statusCode: 200, body: JSON.stringify(event) } : command(event, context)
}
