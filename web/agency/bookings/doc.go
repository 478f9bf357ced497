// Package bookings holds an agency's pages around its booked workers.
package bookings
