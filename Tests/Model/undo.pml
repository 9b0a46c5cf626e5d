/* One relocation that is imported and undone: its workers, Redis, the database and its operators. Every interleaving, with
 * every fault at every step.
 *
 * README.md says what stands for what. Of the import only what an undo can meet is here; `relocation.pml` has the rest. Each
 * guard is on unless its NO_... macro is defined; `check` removes them one by one and expects a fault.
 */

#ifndef WORKERS
#define WORKERS 2
#endif
#ifndef TASKS
#define TASKS 2
#endif
#ifndef FAULTS
#define FAULTS 2          /* of any kind, in any mixture; what an operator does costs nothing but its own budget */
#endif
#ifndef REQUESTS
#define REQUESTS 3        /* what operators ask for */
#endif
#define ALL ((1 << TASKS) - 1)

/* ---- Redis ---- */

#define OPEN   0          /* IN_PROGRESS */
#define DONE   1          /* SUCCESS */
#define FAILED 2          /* FAILURE */
#define PAUSED 3          /* PAUSE */

#define NOBODY 0
#define ORPHAN 7
typedef Record {
  unsigned status : 2, claim : 3, head : 2;
  bool expired;           /* the lease's time has passed */
  unsigned asked : 2;     /* of the holder: 1 to pause, 2 to give up */
  bool undoing;           /* the step UNDOING */
  bool begun;             /* undoBegun */
  bool undone;            /* ended by an undo: the UUID is free */
  unsigned from : 2;      /* undoFrom: the state before */
}
Record r, disk;
bool saved;
bool forgot;              /* Redis has ever come back without its latest writes */

/* ---- the database ---- */

#define WHOLE   0         /* the ledger's entry has no end, or that of an import */
#define UNDOING 1
#define UNDONE  2
unsigned rows : 3;        /* written and not removed, by their tasks */
unsigned keys : 3;        /* chunk rows */
unsigned mark : 2;        /* the ledger's entry */
unsigned began : 2;       /* imports that have begun in the entry */
bool shut;                /* the entry has the end of an import */
unsigned epoch : 3;       /* how often the entry was written: its end tells */

/* ---- the workers ---- */

mtype = { idle, takeOver, confirm, reopening, reopened, look, count, commit, closing, acknowledge, complete, fail, release,
  survey, touching, begin, marking, marked, reread, remove, removing, forgetting, forgotten, finish, giveUp };
typedef Worker {
  mtype at;
  unsigned lease : 2;     /* LeaseClock: 0 ran out, 1 held, 2 lost for good */
  unsigned task : 2;
  unsigned known : 3;     /* chunk rows as the worker knows them: rows are in its map */
  unsigned left : 3;      /* of an undo: rows that it has yet to remove; of an import: whether it was undone at its take-over */
  unsigned seen : 3;      /* the epoch that it has read */
  unsigned began : 2;
  unsigned late : 2;      /* statements begun since the lease ran out */
  bool lock;              /* its open transaction has counted chunk rows: all others wait until it has ended */
}
Worker w[WORKERS];

unsigned budget : 3 = FAULTS;
unsigned requests : 3 = REQUESTS;

/* ---- guards ---- */

#define SAME(i) (r.claim == i + 1)
#ifdef NO_LEASE
#define MAY_GO_ON(i) (true)
#else
#define MAY_GO_ON(i) (w[i].lease == 1)
#endif
#ifdef NO_LOCK
#define FREE (true)
#else
#define FREE (!w[0].lock && !w[1].lock)
#if WORKERS > 2
#undef FREE
#define FREE (!w[0].lock && !w[1].lock && !w[2].lock)
#endif
#endif
/* An import's commit looks at the ledger's entry under the lock (requireNotUndone). */
#ifdef NO_CHECK
#define IS_WHOLE(i) (true)
#else
#define IS_WHOLE(i) (mark == WHOLE && w[i].began == began)
#endif
/* An undo begins only if the entry is as it was read (markUndoing). */
#ifdef NO_AS_READ
#define IS_AS_READ(i) (mark != UNDONE)
#else
#define IS_AS_READ(i) (epoch == w[i].seen)
#endif
/* All its other transactions look whether it is still marked (requireMarked). */
#ifdef NO_MARK_CHECK
#define IS_MARKED(i) (true)
#else
#define IS_MARKED(i) (mark == UNDOING && w[i].began == began)
#endif

/* It bears its claim no more. */
inline forget(i) {
  if :: SAME(i) -> r.claim = ORPHAN :: else fi;
  if :: saved && disk.claim == i + 1 -> disk.claim = ORPHAN :: else fi;
  w[i].at = idle; w[i].lease = 0; w[i].task = 0; w[i].known = 0; w[i].left = 0; w[i].seen = 0; w[i].began = 0; w[i].late = 0; w[i].lock = 0
}

inline unlease() { r.claim = NOBODY; r.expired = 0 }

/* A restart of Redis brings back what was before any one of the latest writes. */
inline mayBeLast() {
  if
  :: !saved && budget > 0 ->
     saved = 1; budget--;
     disk.status = r.status; disk.claim = r.claim; disk.head = r.head; disk.expired = r.expired; disk.asked = r.asked;
     disk.undoing = r.undoing; disk.begun = r.begun; disk.undone = r.undone; disk.from = r.from
  :: skip
  fi
}

inline clearDisk() {
  saved = 0; disk.status = 0; disk.claim = 0; disk.head = 0; disk.expired = 0; disk.asked = 0; disk.undoing = 0;
  disk.begun = 0; disk.undone = 0; disk.from = 0
}

/* giveBack(): the relocation gets back the state that it had before an undo was asked for. */
inline giveBack() { r.status = r.from; r.undoing = 0; r.from = 0; r.asked = 0; unlease() }

/* settle(): what an operator asked for comes first. Of an undo that has begun nothing can be taken back. */
inline settle() {
  if
  :: r.asked == 2 && r.undoing && !r.begun -> giveBack()
  :: r.asked == 2 && !(r.undoing && !r.begun) -> r.status = FAILED; r.asked = 0; unlease()
  :: r.asked == 1 -> r.status = PAUSED; r.asked = 0; unlease()
  :: r.asked == 0 -> unlease()
  fi
}

inline leave(i) { forget(i) }

inline beginStatement(i) {
  if
  :: w[i].lease != 1 -> w[i].late++; assert(w[i].late <= 1)       /* late statement */
  :: else
  fi
}

proctype Work(byte i) {
end:
  do
  /* -- claim: an import or an undo -- */
  :: atomic { w[i].at == idle && r.status == OPEN && (r.claim == NOBODY || r.expired) &&
       (i == 0 || w[i - 1].at != idle) ->
     mayBeLast();
     if
     :: r.asked != 0 -> settle(); goto end
     :: else
     fi;
     r.expired = 0;
     if
     :: r.claim = i + 1; w[i].lease = 1; w[i].at = (r.undoing -> survey : takeOver)
     :: budget > 0 -> budget--; r.claim = ORPHAN                  /* the answer is lost */
     fi }

  /* ---- an import ---- */

  /* -- take-over: what the database holds must fit (TakeOver); one that was undone begins anew (reopen) -- */
  :: atomic { w[i].at == takeOver ->
     if
     :: !MAY_GO_ON(i) -> leave(i)
     :: else ->
        w[i].known = keys; w[i].task = r.head; w[i].at = look;
        if
#ifndef NO_HALF_UNDONE
        :: mark == UNDOING -> w[i].at = fail                      /* halfUndone */
#endif
        :: mark != UNDOING && (keys & ((1 << r.head) - 1)) != ((1 << r.head) - 1) -> w[i].at = fail  /* lostRows */
        :: else ->
           w[i].seen = epoch; w[i].began = began; w[i].left = (mark == UNDOING);
           if
           :: mark == UNDONE || shut -> w[i].at = confirm
           :: else
           fi;
        fi
     fi }

  /* -- Redis confirms the claim after the entry was read; then the entry goes on, or begins anew, if it is as it was read -- */
  :: atomic { w[i].at == confirm ->
     if
#ifndef NO_CONFIRM
     :: !SAME(i) -> leave(i)
#endif
     :: else -> w[i].at = reopening
     fi }
  :: atomic { w[i].at == reopening && FREE ->
     if
     :: !MAY_GO_ON(i) || !IS_AS_READ(i) -> leave(i)
     :: else -> w[i].lock = 1; w[i].at = reopened
     fi }
  :: atomic { w[i].at == reopened ->
     beginStatement(i);
     /* An import that is undone begins anew, though nobody has enqueued it. */
     assert(!(mark == UNDONE && r.undone) || forgot);
     if :: mark == UNDONE -> began++ :: else fi;
     mark = WHOLE; shut = 0; epoch++; w[i].began = began; w[i].lock = 0; w[i].at = look }

  :: atomic { w[i].at == look ->
     if
     :: !MAY_GO_ON(i) -> leave(i)
     :: MAY_GO_ON(i) && w[i].task == TASKS -> w[i].at = count
     :: MAY_GO_ON(i) && w[i].task < TASKS && (w[i].known & (1 << w[i].task)) != 0 -> w[i].at = acknowledge  /* a replay */
     :: MAY_GO_ON(i) && w[i].task < TASKS && (w[i].known & (1 << w[i].task)) == 0 -> w[i].at = count
     fi }

  /* -- the count of chunk rows, which waits for all others that have counted -- */
  :: atomic { w[i].at == count && FREE ->
     beginStatement(i);
     w[i].lock = 1;
     if
     :: !IS_WHOLE(i) -> leave(i)                                   /* an undo has taken it over */
     :: IS_WHOLE(i) && keys != w[i].known -> w[i].lock = 0;
        if
        :: (w[i].known & ~keys) != 0 -> leave(i)                   /* the database lacks chunk rows */
        :: else -> w[i].known = keys; w[i].at = look               /* adopt */
        fi
     :: IS_WHOLE(i) && keys == w[i].known ->
        if
        :: MAY_GO_ON(i) -> w[i].at = (w[i].task == TASKS -> closing : commit)
        :: !MAY_GO_ON(i) -> leave(i)
        fi
     fi }

  :: atomic { w[i].at == commit ->
     beginStatement(i);
     assert((rows & (1 << w[i].task)) == 0);                       /* doubled */
     assert(mark == WHOLE && w[i].began == began);                 /* written after an undo has begun */
     rows = rows | (1 << w[i].task); keys = keys | (1 << w[i].task); w[i].known = keys; w[i].lock = 0;
     w[i].at = acknowledge }

  /* -- after the last task the entry gets its end -- */
  :: atomic { w[i].at == closing ->
     beginStatement(i);
     assert(mark == WHOLE && w[i].began == began);                 /* written after an undo has begun */
     shut = 1; epoch++; w[i].lock = 0; w[i].at = complete }

  :: atomic { w[i].at == acknowledge ->
     if
     :: !SAME(i) || r.head != w[i].task -> leave(i)
     :: else ->
        assert(!r.undoing && !r.undone);                           /* an import goes on while it is undone */
        mayBeLast(); r.head++; w[i].task++; w[i].at = (r.asked != 0 -> release : look)
     fi }

  :: atomic { w[i].at == complete ->
     if
     :: !SAME(i) || r.head != TASKS -> leave(i)
     :: else ->
        /* Redis may have forgotten an undo that has begun since, and what was enqueued after it: who asked for it asks again. */
        assert(rows == ALL || mark != WHOLE || w[i].began != began);  /* lost */
        assert(w[i].left == 0);                                    /* an import goes on while it is undone */
        mayBeLast(); r.status = DONE; r.asked = 0; unlease(); forget(i)
     fi }

  :: atomic { w[i].at == fail ->
     if
     :: !SAME(i) -> leave(i)
     :: else ->
        if
        :: mark == WHOLE && !shut -> shut = 1; epoch++
        :: else
        fi;
        mayBeLast(); r.status = FAILED; r.asked = 0; unlease(); forget(i)
     fi }

  :: atomic { w[i].at == release ->
     if
     :: !SAME(i) -> leave(i)
     :: else -> mayBeLast(); settle(); forget(i)
     fi }

  /* ---- an undo ---- */

  /* -- it waits for late workers and reads what there is; it may be refused -- */
  :: atomic { w[i].at == survey && FREE ->
     if
     :: !MAY_GO_ON(i) -> leave(i)
     :: else ->
        w[i].seen = epoch; w[i].began = began; w[i].known = keys; w[i].left = keys;
        if
        :: mark == UNDONE -> w[i].at = touching                    /* doneBefore */
        :: mark != UNDONE -> w[i].at = begin
        :: mark == WHOLE && !r.begun && requests > 0 -> requests--; w[i].at = giveUp    /* refused, or a dry run */
        fi
     fi }

  :: atomic { w[i].at == touching && FREE ->
     if
     :: !MAY_GO_ON(i) || !IS_AS_READ(i) -> leave(i)
     :: else ->
#ifndef NO_TOUCH
        epoch++;
#endif
        w[i].at = finish
     fi }

  :: atomic { w[i].at == giveUp ->                                 /* returnUndo */
     if
     :: !SAME(i) || !r.undoing -> leave(i)
     :: else -> mayBeLast(); giveBack(); forget(i)
     fi }

  /* -- describeUndo: from now on it cannot be given up -- */
  :: atomic { w[i].at == begin ->
     if
     :: !SAME(i) -> leave(i)
     :: else -> mayBeLast(); r.begun = 1; w[i].at = (r.asked != 0 -> release : marking)
     fi }

  /* -- a transaction: looks, waits and checks; then commits -- */
  :: atomic { w[i].at == marking && FREE ->
     if
     :: !MAY_GO_ON(i) || !(IS_AS_READ(i) || mark == UNDOING && w[i].began == began) -> leave(i)
     :: else -> w[i].lock = 1; w[i].at = marked
     fi }
  :: atomic { w[i].at == marked ->
     beginStatement(i);
#ifndef NO_MARK
     if :: mark != UNDOING -> mark = UNDOING; epoch++ :: else fi;
#endif
     w[i].lock = 0; w[i].at = reread }

  /* -- what a worker has written until now is part of it -- */
  :: atomic { w[i].at == reread && FREE ->
     if
     :: !MAY_GO_ON(i) -> leave(i)
     :: else ->
#ifndef NO_REREAD
        w[i].known = keys; w[i].left = keys;
#endif
        w[i].at = remove
     fi }

  :: atomic { w[i].at == remove && FREE ->
     if
     :: !MAY_GO_ON(i) || !IS_MARKED(i) -> leave(i)
     :: else -> w[i].lock = 1; w[i].at = (w[i].left == 0 -> forgetting : removing)
     fi }
  :: atomic { w[i].at == removing ->                               /* the last row first */
     beginStatement(i);
     assert(mark == UNDOING);                                      /* removed of a relocation that is not undone */
     if
     :: w[i].left >= 2 && (w[i].left & 2) != 0 -> rows = rows & ~2; w[i].left = w[i].left & ~2
     :: else -> rows = rows & ~1; w[i].left = w[i].left & ~1
     fi;
     w[i].lock = 0;
     if
     :: SAME(i) && r.asked != 0 -> w[i].at = release
     :: else -> w[i].at = remove
     fi }
  :: atomic { w[i].at == forgetting ->
     beginStatement(i);
     assert(rows == 0);                                            /* left behind */
     assert(mark == UNDOING);                                      /* removed of a relocation that is not undone */
     keys = 0; mark = UNDONE; shut = 0; epoch++; w[i].lock = 0; w[i].at = finish }

  :: atomic { w[i].at == finish ->                                 /* finishUndo */
     if
     :: !SAME(i) || !r.undoing -> leave(i)
     :: else ->
        mayBeLast(); r.status = FAILED; r.undone = 1; r.undoing = 0; r.begun = 0; r.from = 0; r.asked = 0; r.head = 0;
        unlease(); forget(i)
     fi }

  /* ---- what happens to workers ---- */

  /* -- killed, at any step; a commit that was sent happens or not -- */
  :: atomic { w[i].at != idle && w[i].at != commit && budget > 0 ->
     budget--; forget(i) }

  /* -- the lease keeper -- */
  :: atomic { w[i].at != idle && w[i].lease != 2 && !SAME(i) -> w[i].lease = 2 }
  :: atomic { w[i].at != idle && w[i].lease != 2 && SAME(i) && r.expired -> mayBeLast(); r.expired = 0; w[i].lease = 1; w[i].late = 0 }

  /* -- frozen beyond its lease, which runs out on its own clock first -- */
  :: atomic { w[i].at != idle && SAME(i) && !r.expired && budget > 0 ->
     budget--; r.expired = 1;
     if :: w[i].lease == 1 -> w[i].lease = 0 :: else fi }
  od
}

#define ENDED (r.status == FAILED || r.status == DONE)

proctype World() {
end:
  do
  /* -- the lease of a claim that nobody bears runs out -- */
  :: atomic { r.claim == ORPHAN && !r.expired -> r.expired = 1 }

  /* -- requestUndo -- */
  :: atomic { requests > 0 && (ENDED || r.status == PAUSED) && !r.undone ->
     requests--; mayBeLast();
     if
     :: !r.undoing -> r.from = r.status; r.begun = 0; r.undoing = 1
     :: else
     fi;
     r.status = OPEN; r.asked = 0; unlease() }

  /* -- retry of what has failed; an undo that has begun goes on by itself, see below -- */
  :: atomic { requests > 0 && r.status == FAILED && !r.undone && !r.undoing ->
     requests--; mayBeLast(); r.status = OPEN; unlease() }

  /* -- pause, cancel, abort -- */
  :: atomic { requests > 0 && r.status == OPEN && r.asked != 2 ->
     requests--; mayBeLast();
     if
     :: r.asked = 1
     :: r.asked = 2
     fi;
     if
     :: r.claim == NOBODY || r.expired -> settle()
     :: else
     fi }
  :: atomic { requests > 0 && r.status == OPEN ->
     requests--; mayBeLast();
     if
     :: r.undoing && !r.begun -> giveBack()
     :: else -> r.status = FAILED; r.asked = 0; unlease()
     fi }

  /* -- the UUID is free: the file is enqueued again; once more, if Redis has forgotten that -- */
  :: atomic { r.undone && (requests > 0 || mark != UNDONE) ->
     if :: requests > 0 -> requests-- :: else fi;
     mayBeLast(); r.undone = 0; r.status = OPEN; r.head = 0; r.asked = 0; unlease() }

  /* -- what lets it go on costs nothing: unpause; and an undo that has begun and was stopped, or that the ledger knows and
   *    Redis has forgotten -- */
  :: atomic { r.status == PAUSED -> mayBeLast(); r.status = OPEN; r.asked = 0; unlease() }
  :: atomic { ENDED && !r.undone && (r.undoing || mark != WHOLE) ->
     mayBeLast();
     if
     :: !r.undoing -> r.from = r.status; r.begun = 0; r.undoing = 1
     :: else
     fi;
     r.status = OPEN; r.asked = 0; unlease() }
  /* -- so does the retry of one that failed for another reason; what is lost is enqueued again -- */
  :: atomic { r.status == FAILED && !r.undone && !r.undoing && mark == WHOLE && requests == 0 ->
     mayBeLast(); r.status = OPEN; r.head = 0; unlease() }

  :: atomic { r.status == DONE && mark == WHOLE && rows != ALL && requests == 0 ->
     mayBeLast(); r.status = OPEN; r.head = 0; unlease() }

  /* -- Redis falls and comes back, with what was on the disk -- */
  :: atomic { saved ->
     r.status = disk.status; r.claim = disk.claim; r.head = disk.head; r.expired = disk.expired; r.asked = disk.asked;
     r.undoing = disk.undoing; r.begun = disk.begun; r.undone = disk.undone; r.from = disk.from;
     forgot = 1; clearDisk() }

  /* -- no further fault -- */
  :: atomic { budget > 0 -> budget = 0 }
  od
}

/* When nothing can happen any more: imported wholly, or undone wholly. */
proctype Judge() {
end:
  timeout ->
    assert((r.status == DONE && rows == ALL && mark == WHOLE) || (r.undone && rows == 0 && keys == 0))  /* stuck */
}

init {
  byte i;
  atomic {
    for (i : 0 .. WORKERS - 1) { w[i].at = idle; run Work(i) }
    run World();
    run Judge()
  }
}
