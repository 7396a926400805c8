// Loaded before CAP (node -r): a server that names no host listens on this machine only.
const { Server } = require('node:net')
const listen = Server.prototype.listen

Server.prototype.listen = function (first, ...rest) {
  const isPort = typeof first === 'number' || /^\d+$/.test(first)
  if (isPort && typeof rest[0] !== 'string') return listen.call(this, first, '127.0.0.1', ...rest)
  return listen.call(this, first, ...rest)
}
