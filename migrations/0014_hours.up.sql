-- Hours that were worked at other times than planned may pass a limit that the
-- booking did not. The booking records it, so that returns count it once.

select app.widen('bookings', 'wb_employer', 'update', '{conditions,highest_charge}');
