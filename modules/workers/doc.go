// Package workers keeps the people who do the work: what a person says of
// themselves, and what each agency says of the people it supplies.
//
// It owns the tables worker_profiles (the person's own) and representations
// (two-sided: an agency's record of a person, and that person's sight of it). It
// emits Confirmed, and hears nothing.
//
// # What it promises
//
// One person has one log-in, and as many representations as agencies. An agency
// writes its own record and never learns from it whether the person is known
// here. A record that has the date of birth of a profile, and its register and
// number, is shown to that person alone, who may confirm it; only that sets the
// record's worker. In jobs without a register the address under which the person
// signs in stands for the number. One agency represents one person once.
//
// Until then the record stands for itself: Person gives the id under which checks
// and bookings are kept, the person's if confirmed and the record's own if not.
//
// Register numbers are checked for form, in one spelling, and stay text: a
// leading zero is part of the number. A form that is common but unusual is a
// warning, not a refusal. Nothing is deleted; a worker who has left is archived,
// and is then in no list and cannot be proposed.
package workers
