import { expect, test } from 'vitest'
import { Activity, type ActivityReport } from '../../hub/ptyhost/activity.ts'

function follow() {
  const reports: ActivityReport[] = []
  const activity = new Activity(
    (report) => reports.push(report),
    () => false,
  )
  return { reports, activity }
}

test('Says once that a session stands still after it has printed', async () => {
  const { reports, activity } = follow()
  for (let piece = 0; piece < 5; piece++) activity.noteOutput(performance.now())
  await expect.poll(() => reports).toEqual([{ busy: false, echo: false, typed: false, viewed: false }])
  activity[Symbol.dispose]()
})

test('Says about once a second that a session goes on printing', async () => {
  const { reports, activity } = follow()
  const printing = setInterval(() => activity.noteOutput(performance.now()), 20)
  await expect.poll(() => reports.some(({ busy }, at) => busy && reports[at + 1]?.busy)).toBe(true)
  clearInterval(printing)
  await expect.poll(() => reports.at(-1)?.busy).toBe(false)
  activity[Symbol.dispose]()
})

test('Tells what answers a key from what a program prints by itself', async () => {
  const { reports, activity } = follow()
  activity.noteTyped(performance.now())
  activity.noteOutput(performance.now())
  await expect.poll(() => reports).toEqual([{ busy: false, echo: true, typed: true, viewed: false }])
  activity[Symbol.dispose]()
})
