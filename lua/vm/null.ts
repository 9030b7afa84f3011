/** The null marker: a value that stands for null where nil would mean "absent". */

/** Pushed, it becomes Lua's null marker (a light userdata of address 0), which reads back as JavaScript's `null`. */
export const LUA_NULL: unique symbol = Symbol('Lua null')
