// Package accounts owns how people come in and what organisations they belong
// to: sign-in by e-mail and password, sign-out everywhere, the switcher, the
// members of an organisation and their roles, and its keys.
//
// It owns no table of its own. People, grants and credentials are kernel tables
// that no party may read; accounts reaches them through the door's functions,
// each of which answers only what its caller may know.
//
// Invariants
//
//   - A wrong address and a wrong password give the same answer in the same
//     time: a password is always hashed, against a dummy when there is none.
//   - Ten wrong tries in fifteen minutes at one account, or from one address,
//     shut it for the rest of those minutes. An address that somebody has signed
//     in from counts by itself for that account, so that a stranger who guesses
//     does not shut its owner out.
//   - A try is counted as wrong before its password is looked at, in a unit of
//     work of its own: no refusal undoes the count, no burst outruns it, and no
//     connection waits while passwords are hashed.
//   - Passwords are kept as argon2id. At most two are hashed at a time, so that
//     a flood of sign-ins cannot take the memory of the service.
//   - A changed grant is felt at that person's next statement. A changed password
//     ends every other session and every token of that person.
//   - Roles never go beyond the ceiling of the organisation's kind, and nobody
//     grants a role in an organisation they do not act for.
//   - The last administrator of an organisation keeps the role, also when two
//     are revoked at the same moment.
//   - A person who is known by their address keeps their name and password when
//     another organisation adds them.
//   - A key never does more than whoever makes it may do or may grant, and one
//     that may approve hours is bound to a person. A token is always its maker's.
//   - A link that sets a password works once, for 72 hours, and is made by the
//     platform alone; it is kept by the hash of its secret.
//   - Only a sandbox has a clock that can be moved, and it moves for nobody else.
//     Sign-in and the life of credentials go by real time.
//
// It says no events and hears none.
package accounts
