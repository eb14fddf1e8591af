// texts_exceptions.js -- the words about exceptions: kinds in a few words, ways to deal with them. See texts_branch.js.

/** @type {Record<string, string>} */
export const texts_exceptions = {
    'exceptions.title': 'Exceptions', 'exceptions.list': 'List of exceptions', 'exceptions.story': 'The exception as a story',
    'exceptions.choose': 'Choose one from the list: what happened is told here, and what can be done.',
    'exceptions.back': 'To the list', 'exceptions.next': 'Next', 'exceptions.previous': 'Previous', 'exceptions.any': 'any', 'exceptions.account': 'Account',
    'exceptions.filter.which': 'Show', 'exceptions.filter.van': 'From', 'exceptions.filter.code': 'Kind', 'exceptions.filter.words': 'With the words',
    'exceptions.which.act': 'to act on', 'exceptions.which.open': 'all open', 'exceptions.which.settled': 'settled', 'exceptions.which.all': 'all',
    'exceptions.count.one': '{n} exception', 'exceptions.count.other': '{n} exceptions', 'exceptions.more': 'The first {n} are shown; filter for the others.',
    'exceptions.mark.act': 'somebody must act', 'exceptions.mark.know': 'to be known', 'exceptions.mark.settled': 'settled',
    'exceptions.state.act': 'Somebody must act', 'exceptions.state.know': 'To be known', 'exceptions.state.settled': 'Settled',

    'story.item': 'Copy', 'story.patron': 'Patron', 'story.other': 'Other patron', 'story.happened': 'What happened', 'story.lane.branch': 'At the branch', 'story.lane.vans': 'On the vans',
    'story.now': 'Now:', 'story.decided': 'What was decided', 'story.ways': 'What can be done', 'story.by': 'by {staff}', 'story.known': 'known here since {when}',
    'story.taken_back': 'Taken back later: it never was.', 'story.part.entry': 'what this is about', 'story.part.counterpart': 'against this',
    'story.settled': 'Settled: {how}, {when}', 'story.undo': 'Take the settlement back', 'story.undo_what': 'It is open again, and can be settled another way.',
    'story.viewer': 'You look only. Staff can settle it.', 'story.over': 'That is dealt with', 'story.gone_before': 'There is no such exception any more: an act ended it, or what it waited for came.', 'story.gone': 'This exception is over: what was done ended it. It is not in the list any more.',
    'how.accept': 'accepted as it stands', 'how.other_person': 'two people; the later one has a new card',

    'way.go': 'Do it', 'way.cancel': 'Not now', 'way.missing': 'Fill in what is asked for: it goes into the records.', 'way.done': 'Done.',
    'way.ask.TEXT': 'Why?', 'way.hint.TEXT': 'A few words; kept with it for good', 'way.ask.AMOUNT': 'How much?', 'way.hint.AMOUNT': '2.50',
    'way.ask.DATE': 'Due on', 'way.hint.DATE': 'The date that was told', 'way.ask.NAME': 'Name', 'way.ask.WORD': 'Category', 'way.hint.WORD': 'ADULT, CHILD \u2026 as in the rules',
    'way.ask.TITLE': 'Title\u2019s number', 'way.hint.TITLE': 'As the look-up shows it', 'way.ask.NEWCARD': 'New card', 'way.hint.NEWCARD': 'Scan a card that nobody has',
    'way.void': 'Take it back', 'way.charge': 'Charge', 'way.waive': 'Forgive it', 'way.refund': 'Pay it back', 'way.checkout': 'Lend it', 'way.checkin': 'Scan it in', 'way.holds': 'See what waits',
    'way.item_ok': 'It is in order', 'way.item_found': 'It is found', 'way.item_lost': 'It is lost', 'way.item_recat': 'Another title\u2019s copy', 'way.item_add': 'Catalogue it', 'way.item_show': 'Look at it',
    'way.patron_show': 'Look at the patron', 'way.patron_update': 'Extend the card', 'way.patron_add': 'Register', 'way.patron_merge': 'They are one person', 'way.hold_cancel': 'Cancel the hold', 'way.hold_capture': 'Set it aside',
    'way.settle.accept': 'Settle: as it stands', 'way.settle.other_person': 'Settle: two people',
    'way.done.exceptions_settle': 'Settled.', 'way.done.void': 'Taken back.', 'way.done.charge': 'Charged.', 'way.done.refund': 'Paid back.', 'way.done.waive': 'Forgiven.', 'way.done.checkin': 'Scanned in.',

    'code.lent_over_loan': 'Lent while out to another', 'code.seen_on_loan': 'In staff hands while on loan', 'code.lent_while_held': 'Lent, but set aside for another', 'code.was_missing': 'Missing copy turned up',
    'code.unfit_lent': 'Lent though unfit', 'code.withdrawn_seen': 'Withdrawn, but here', 'code.renew_no_loan': 'Renewed, not on loan', 'code.renew_other': 'Renewed for the wrong patron', 'code.renew_lost': 'Renewed though lost',
    'code.renewed_while_wanted': 'Renewed while others wait', 'code.no_such_loan': 'Marked for a loan that was not', 'code.on_loan': 'Reported gone, but on loan', 'code.order_doubtful': 'Order in doubt', 'code.barcode_clash': 'Barcode of two titles',
    'code.notice_wrong': 'Wrong notice sent', 'code.unknown_hold': 'Set aside for an unknown hold', 'code.hold_taken': 'Two copies for one hold', 'code.hold_closed': 'Set aside, hold was over', 'code.hold_gone': 'Hold was over already',
    'code.premise': 'Night job without cause', 'code.hold_out_of_turn': 'Set aside out of turn', 'code.capture_moved': 'Taken off the hold shelf', 'code.hold_duplicate': 'Second hold on a title', 'code.barred': 'Patron was barred',
    'code.expired': 'Card had expired', 'code.card_replaced': 'Replaced card used', 'code.unknown_card': 'Unknown card', 'code.unknown_item': 'Unknown copy', 'code.card_clash': 'Card number in use twice',
    'code.already_merged': 'Cards were one already', 'code.maybe_same_person': 'Perhaps the same person', 'code.over_limit': 'Over the limit', 'code.credit': 'Paid too much', 'code.refund_reversed': 'Paid back, but owed after all',
    'code.waive_nothing': 'Nothing left to forgive', 'code.pay_other': 'Paid another\u2019s charge', 'code.void_waits': 'Takes back what has not come', 'code.void_refused': 'May not be taken back', 'code.beyond_horizon': 'Came after the books closed',
    'code.settled_moot': 'Settled, but no longer so',
};
