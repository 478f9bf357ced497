package proposals

import (
	"wardbridge/internal/fault"
	"wardbridge/modules/approvals"
	"wardbridge/modules/bookings"
	"wardbridge/modules/diary"
)

// The refusals of this module. Those about the worker name the worker's box and
// those about money the rate's, so that a form can show them beside it.
var (
	ErrShiftClosed     = fault.New(fault.Conflict, "shift_closed", "This shift is no longer open to you. It may have been filled or cancelled.")
	ErrAnswered        = fault.New(fault.Conflict, "proposal_already_answered", "This proposal has already been answered.")
	ErrAlreadyProposed = fault.New(fault.Conflict, "worker_already_proposed", "You have already proposed this worker for this shift.")
	ErrWorker          = fault.New(fault.Invalid, "worker_not_suitable", "This worker cannot be proposed for this shift.")
	ErrRate            = fault.New(fault.Invalid, "pay_rate_missing", "Enter the pay rate an hour.")
	ErrNoteTooLong     = fault.New(fault.Invalid, "note_too_long", "A note has up to 300 characters.")
	ErrInvalidDecline  = fault.New(fault.Invalid, "decline_reason", "Choose a reason for declining. The agency will read it.")
	ErrCancelReason    = fault.New(fault.Invalid, "reason_missing", "Say why the shift is cancelled, in up to 200 characters. Agencies and the worker will read it.")
	ErrNeedsApproval   = fault.New(fault.Conflict, "approval_needed", "This proposal needs approval before it can be accepted.")
	ErrNoApproval      = fault.New(fault.Conflict, "approval_not_needed", "This proposal is within what you may accept. No approval is needed.")
	ErrApproved        = fault.New(fault.Conflict, "approval_granted", "This proposal has been approved already. You can accept it.")
	ErrReason          = approvals.ErrReason
	ErrBelowMinimum    = bookings.ErrBelowMinimum
	ErrOwnRequest      = bookings.ErrOwnRequest
	ErrShiftFilled     = bookings.ErrShiftFilled
	ErrNotFree         = diary.ErrNotFree
	ErrPayAboveCard    = bookings.ErrPayAboveCard
	ErrFeeAboveCard    = bookings.ErrFeeAboveCard
	ErrPayFixed        = bookings.ErrPayFixed
	ErrChargeAboveCard = bookings.ErrChargeAboveCard
)
