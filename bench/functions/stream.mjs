const piece = Buffer.alloc(4096, 120)

export const handler = awslambda.streamifyResponse(async (_event, stream) => {
  const out = awslambda.HttpResponseStream.from(stream, { statusCode: 200 })
  for (let left = 16; left > 0; left -= 1) {
    if (!out.write(piece)) await new Promise((done) => out.once('drain', done))
  }
  out.end()
})
