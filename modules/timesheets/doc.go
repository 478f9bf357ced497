// Package timesheets turns worked hours into approved, priced and locked lines.
//
// # What it owns
//
// The tables timesheets, timesheet_lines, timesheet_adjustments and
// timesheet_adjustment_lines. The employer opens a timesheet and
// answers it, the worker writes the claim, the agency reads; the database holds
// each side to its own columns. Facts of the booking are copied in when the
// timesheet is opened.
//
// # Its life
//
//	open      -> submitted   the worker sends the hours
//	submitted -> queried     the employer sends them back with a reason
//	queried   -> submitted   the worker sends them again, amended or not
//	submitted -> approved    the employer settles them
//
// Nothing leaves approved: a trigger refuses every later change but the mark
// that the lines have been billed, and no line can be added. The machine stands
// in timesheet.go; the status is worked out by Postgres from the instants.
//
// A timesheet opens at the end of the shift, by due work that a confirmed
// booking plans, on the employer's clock; for a shift that was entered after it
// ended, at once. When the booking is called off or not attended the timesheet
// is dropped: it is listed nowhere and takes no hours.
//
// # Hours
//
// The worker alone sends them. They end after they begin, lie within 24 hours
// of the plan, are over on the employer's clock, hold their breaks, and overlap
// no other timesheet of the worker at this employer. Over 15 minutes away from
// plan in start, end or break they need a reason. A form asks for a date and
// times on the wall, which Wall resolves once: where a time happens twice it
// asks first or second.
//
// Nobody approves or queries hours that they worked or last amended, and a key
// that is bound to nobody approves nothing.
//
// # Price
//
// Approval prices the hours at the pay rate and commission of the booking, by
// the agreement and the national data in force on the day they began. Each
// amount becomes a line with its VAT category, the reason and source of that,
// the facts that were decided upon (route, profession, deputy, election,
// registration) and the rule of law with its date and source, and the sum in
// words. They never change, whatever is elected or loaded later. The lines add up to the timesheet's net to the penny.
// The booking keeps the version of the rate card it was made under; approval
// never reads a newer one.
//
// Hours may come to pass a limit that the booking did not, such as a Saturday that
// was worked as a Sunday above the cap, or cost more than what was approved for it.
// The approval of hours goes through, for the work is done; bookings hears the price
// in the same unit of work, records what was passed and asks for it to be ratified.
//
// Under weekly on-costs, holiday, National Insurance, pension and levy are due
// on the week's earnings. An approval prices the week's approved shifts of the
// same person and agreement together with this one, each by the figures of its
// own date, and the shift bears what the week comes to less what is already
// locked. Approved in order of start, that is the engine's own share of each
// shift. When an earlier shift of the week is approved later, the locked lines
// stay and the late one bears the difference, so that whatever the order the
// lines of the week add up to the week's figure. The shift is held against caps
// and limits at what it bears. Two approvals of one week follow each other, and
// so do an approval and an adjustment of it (HoldWeeks).
//
// # What is posted afterwards
//
// An adjustment changes what settled hours come to by signed lines beside them
// (Post); the timesheet and its lines stay as they are. A posting's lines add up
// to it, come in one statement and never change; only the mark of the bill is
// set, once. A worker reads those of their pay. EachSettled gives what settled
// hours come to with everything posted since; an approval under weekly on-costs
// counts postings as borne.
//
// # What it says and hears
//
// It says Opened (to the worker), Submitted (to employer and agency), Queried
// and Approved (to worker and agency). It hears bookings.Confirmed, Cancelled
// and NotAttended. Billing reads what is to be billed with ForBilling and says
// so with Billed and BilledPostings.
package timesheets
