import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const patience = 5000

/**
 * Ends a process, and then all that it had started and that is still there. Those have process groups of their own, as
 * code-server and Chromium do, and are found by their parents: on Linux alone.
 */
export async function endTree(child) {
  const below = descendantsOf(child.pid)
  child.kill('SIGTERM')
  await sleep(patience)
  child.kill('SIGKILL')
  const left = new Map(processes().map(({ pid, start }) => [pid, start]))
  for (const { pid, start } of below) {
    // Another process may have the number by now.
    if (left.get(pid) === start) kill(pid)
  }
}

function descendantsOf(root) {
  const all = processes()
  const found = []
  for (let parents = [root]; parents.length > 0; ) {
    const children = all.filter(({ parent }) => parents.includes(parent))
    found.push(...children)
    parents = children.map(({ pid }) => pid)
  }
  return found
}

function processes() {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap(processAt)
}

/** From proc(5): after the name, in parentheses and with any characters, the state, the parent and, as 20th, the start. */
function processAt(name) {
  try {
    const stat = readFileSync(`/proc/${name}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return [{ pid: Number(name), parent: Number(fields[1]), start: fields[19] }]
  } catch {
    // It went while one looked.
    return []
  }
}

function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It went by itself.
  }
}
