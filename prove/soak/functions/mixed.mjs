/** An ordinary function: reads, writes, and now and then fails. */
export const handler = async ({ rawPath, body, isBase64Encoded }) => {
  if (rawPath === '/fail') throw new TypeError('as asked')
  if (rawPath === '/log') process.stdout.write('a line of the log\n')
  return {
    statusCode: 200,
    body: JSON.stringify({ path: rawPath, bytes: (body ?? '').length, isBase64Encoded }),
  }
}

export const streamer = awslambda.streamifyResponse(async (_event, stream) => {
  const out = awslambda.HttpResponseStream.from(stream, { statusCode: 200 })
  for (let part = 0; part < 16; part += 1) out.write(Buffer.alloc(4096, 120))
  out.end()
})
