import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll } from 'vitest'

// The processes that write events survive whoever started them: that is what is tested. They hold on to this socket
// instead, and end with it: when a file's tests are through, and when the tests themselves are broken off.
const path = join(process.env.FAULTS_PROCESSES ?? '', `${process.pid}.line`)
const holders = new Set<Socket>()
const server = createServer((socket) => holders.add(socket.on('error', () => undefined)))
await new Promise<void>((listening) => server.listen(path, listening))
server.unref()
process.env.FAULTS_LIFELINE = path

afterAll(() => {
  for (const socket of holders) socket.destroy()
  server.close()
})
