/** strftime in the C locale, as os.date wants it. */
import { ArgumentError } from './errors.ts'

/** The fields of os.date('*t'). */
export interface DateParts {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly min: number
  readonly sec: number
  /** 1 is Sunday. */
  readonly wday: number
  readonly yday: number
  readonly isdst: boolean
}

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const MONTHS = 'January February March April May June July August September October November December'.split(' ')
const DAY = 86_400_000

export function partsOf(date: Date, utc: boolean): DateParts {
  // The same clock readings in UTC, whose getters know no summer time.
  const shown = new Date(date.getTime() - (utc ? 0 : date.getTimezoneOffset() * 60_000))
  const year = shown.getUTCFullYear()
  return {
    year,
    month: shown.getUTCMonth() + 1,
    day: shown.getUTCDate(),
    hour: shown.getUTCHours(),
    min: shown.getUTCMinutes(),
    sec: shown.getUTCSeconds(),
    wday: shown.getUTCDay() + 1,
    yday: Math.floor((shown.getTime() - Date.UTC(year, 0, 1)) / DAY) + 1,
    isdst: !utc && isSummerTime(date),
  }
}

/** Throws for a conversion that does not exist. */
export function formatDate(format: string, date: Date, utc: boolean): string {
  const parts = partsOf(date, utc)
  return format.replace(/%([EO]?.|$)/gs, (_, conversion: string) => convert(conversion, parts, date, utc))
}

function convert(conversion: string, parts: DateParts, date: Date, utc: boolean): string {
  const { year, month, day, hour, min, sec } = parts
  const weekday = parts.wday - 1
  const again = (format: string) => formatDate(format, date, utc)
  switch (conversion) {
    case 'a':
      return DAYS[weekday]!.slice(0, 3)
    case 'A':
      return DAYS[weekday]!
    case 'b':
    case 'h':
      return MONTHS[month - 1]!.slice(0, 3)
    case 'B':
      return MONTHS[month - 1]!
    case 'c':
      return again('%a %b %e %H:%M:%S %Y')
    case 'C':
      return two(Math.floor(year / 100))
    case 'd':
      return two(day)
    case 'D':
    case 'x':
      return again('%m/%d/%y')
    case 'e':
      return String(day).padStart(2)
    case 'F':
      return again('%Y-%m-%d')
    case 'g':
      return two(isoWeek(parts).year % 100)
    case 'G':
      return String(isoWeek(parts).year)
    case 'H':
      return two(hour)
    case 'I':
      return two(hour % 12 || 12)
    case 'j':
      return String(parts.yday).padStart(3, '0')
    case 'm':
      return two(month)
    case 'M':
      return two(min)
    case 'n':
      return '\n'
    case 'p':
      return hour < 12 ? 'AM' : 'PM'
    case 'r':
      return again('%I:%M:%S %p')
    case 'R':
      return again('%H:%M')
    case 's':
      return String(Math.floor(date.getTime() / 1000))
    case 'S':
      return two(sec)
    case 't':
      return '\t'
    case 'T':
    case 'X':
      return again('%H:%M:%S')
    case 'u':
      return String(weekday || 7)
    case 'U':
      return two(Math.floor((parts.yday + 6 - weekday) / 7))
    case 'V':
      return two(isoWeek(parts).week)
    case 'w':
      return String(weekday)
    case 'W':
      return two(Math.floor((parts.yday + 6 - ((weekday + 6) % 7)) / 7))
    case 'y':
      return two(year % 100)
    case 'Y':
      return String(year)
    case 'z':
      return zone(utc ? 0 : -date.getTimezoneOffset())
    case 'Z':
      return utc ? 'GMT' : zoneName(date)
    case '%':
      return '%'
    default:
      if (/^[EO]./.test(conversion)) return convert(conversion.slice(1), parts, date, utc)
      throw new ArgumentError(`bad argument #1 to 'os.date' (invalid conversion specifier '%${conversion}')`)
  }
}

/** Week and its year by ISO 8601: weeks start on Monday, and week 1 holds the first Thursday. */
function isoWeek({ year, yday, wday }: DateParts): { year: number; week: number } {
  const thursday = yday + 4 - ((wday + 5) % 7) - 1
  if (thursday < 1) return { year: year - 1, week: Math.ceil((thursday + daysIn(year - 1)) / 7) }
  if (thursday > daysIn(year)) return { year: year + 1, week: 1 }
  return { year, week: Math.ceil(thursday / 7) }
}

function daysIn(year: number): number {
  return (Date.UTC(year + 1, 0, 1) - Date.UTC(year, 0, 1)) / DAY
}

function isSummerTime(date: Date): boolean {
  const offset = (month: number) => new Date(date.getFullYear(), month, 1).getTimezoneOffset()
  const winter = Math.max(offset(0), offset(6))
  return date.getTimezoneOffset() < winter
}

function zone(minutes: number): string {
  const size = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${two(size % 60)}`
}

function zoneName(date: Date): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' }).formatToParts(date)
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? 'UTC'
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
