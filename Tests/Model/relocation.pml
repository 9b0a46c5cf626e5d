/* One relocation, its workers, Redis and the database: every interleaving, with every fault at every step.
 *
 * README.md says what stands for what in the code, and what is assumed. Each guard of the protocol is on unless its
 * NO_... macro is defined; `check` removes them one by one and expects a fault.
 */

#ifndef WORKERS
#define WORKERS 2
#endif
#ifndef TASKS
#define TASKS 2
#endif
#ifndef FAULTS
#define FAULTS 2          /* of any kind, in any mixture */
#endif
#define LIMBOS 2          /* commits under way without a client */

/* What else the queue does, each where its macro is defined:
 *   REQUESTS   operators pause, cancel and abort
 *   FOLLOWUPS  the acknowledgement of the first task adds one at the end of the list
 *   CRASHES    crashes are counted, and those who live take theirs back
 *   ENDS       an end that is sent again is known
 * NO_PATIENCE is a worker whose run ends with the first call that fails, as with no patience in its settings. */
#ifdef CRASHES
#define FAITHFUL
#endif
#ifdef ENDS
#define FAITHFUL
#endif
#ifdef TIMELY
#define FAITHFUL          /* Redis forgets nothing */
#endif

/* The list of tasks. A task's chunk is a set of rows, the lowest of them its ordinal. With RECHUNK the file can be
 * enqueued again with other chunks (generation 1) after Redis was replaced by an empty one. */
#ifdef NO_NONCE
#define TOKENS
#endif

#ifdef RECHUNK
#define ROWS 4
#define LENGTH(g)    ((g) == 0 -> 2 : 3)
#define CHUNK(g, t)  ((g) == 0 -> (3 << (2 * (t))) : ((t) == 0 -> 1 : ((t) == 1 -> 6 : 8)))
#define FIRST(g, t)  ((g) == 0 -> (1 << (2 * (t))) : ((t) == 0 -> 1 : ((t) == 1 -> 2 : 8)))
#else
#ifdef FOLLOWUPS
#define ROWS (TASKS + 1)
#define LENGTH(g)    r.total
#else
#define ROWS TASKS
#define LENGTH(g)    TASKS
#endif
#define CHUNK(g, t)  (1 << (t))
#define FIRST(g, t)  (1 << (t))
#endif
#define ALL ((1 << ROWS) - 1)

/* ---- Redis ---- */

#define OPEN   0          /* IN_PROGRESS */
#define DONE   1          /* SUCCESS */
#define FAILED 2          /* FAILURE */
#define PAUSED 3          /* PAUSE */

/* What a restart of Redis may bring back from an earlier time, all of it together. `claim` says whose claim it is in
 * truth: 1 + the worker's number, or ORPHAN where no worker bears it any more. A token with random digits is as good;
 * only without those (NO_NONCE) tokens are needed. */
#define NOBODY 0
#define ORPHAN 7
typedef Record {
  unsigned status : 2, claim : 3, head : 2, counted : 4;
  bool expired;           /* the lease's time has passed */
#ifdef RECHUNK
  bool generation;
#endif
#ifndef NO_PATIENCE
  unsigned acknowledged : 5;
#endif
#ifdef REQUESTS
  unsigned asked : 2;     /* what an operator asked of the holder: 1 to pause, 2 to give up */
#endif
#ifdef FOLLOWUPS
  unsigned total : 3;     /* tasks there have ever been */
#endif
#ifdef CRASHES
  bool used;              /* the lease has been used */
  unsigned crashed : 3;   /* counted: workers that live, by number */
  unsigned dead : 2;      /* counted: those that are gone */
#endif
#ifdef ENDS
  unsigned ended : 3;     /* workers whose claims ended by their own call, by number */
#endif
#ifdef TOKENS
  unsigned token : 4, fence : 4;
#endif
}
Record r, disk;
bool saved;
#ifdef REQUESTS
unsigned sinceAsked : 2;  /* commits of the holder since an operator asked it to stop */
#endif
#ifdef CRASHES
unsigned kills : 3;
#endif
#ifdef TOKENS
unsigned clock : 4;       /* Redis' own, in tokens: what the next token is at least */
unsigned issued : 4;      /* the greatest token so far, for good */
#endif

/* ---- the database ---- */

unsigned rows : 4;        /* written */
unsigned keys : 4;        /* chunk rows, by their smallest ordinal */
typedef Commit { bool live; unsigned rows : 4, keys : 4, known : 4 }
Commit limbo[LIMBOS];     /* sent by clients that are gone */

/* ---- the workers ---- */

mtype = { idle, rebuild, fetch, look, write, lookAgain, commit, record, acknowledge, complete, postpone, fail, release,
  report };
/* Those with a relocation come first, in the order of their claims; workers without one are all alike. */
typedef Worker {
  mtype at;
  unsigned lease : 2;             /* LeaseClock: 0 ran out, 1 held, 2 lost for good */
  bool connected;                 /* the slot's connection to Redis has not failed since the claim */
  unsigned next : 2, stop : 2;    /* the fetched tasks: places in the list */
  unsigned place : 2;             /* finished tasks as this worker knows them */
  unsigned map : 4, own : 4;      /* rows mapped: found at the take-over, written since */
  unsigned known : 4;             /* chunk rows this worker knows */
  unsigned txRows : 4, txKeys : 4; /* the open transaction */
  unsigned late : 2;              /* statements begun since the lease ran out */
#ifdef RECHUNK
  bool generation;
#endif
#ifdef TOKENS
  unsigned token : 4;
#endif
#ifdef REQUESTS
  bool asked;             /* LeaseClock.request, from the last renewal */
#endif
#ifdef ENDS
  bool sent;              /* its end was sent, and the answer lost */
#endif
}
Worker w[WORKERS];

unsigned budget : 3 = FAULTS;

#define GEN_R 0
#define GEN_W(i) 0
#ifdef RECHUNK
#undef GEN_R
#undef GEN_W
#define GEN_R r.generation
#define GEN_W(i) w[i].generation
#endif

#define BELOW(bit) ((bit) - 1)

/* ---- guards ---- */

/* A script takes a claim for the holder's: the same token, which ends with the claim's own random digits. */
#ifdef NO_NONCE
#define SAME(i) (r.claim != NOBODY && w[i].token == r.token)
#else
#define SAME(i) (r.claim == i + 1)
#endif
#ifdef NO_FENCE_RENEW
#define FENCE_RENEW(i) (r.claim != NOBODY)
#else
#define FENCE_RENEW(i) SAME(i)
#endif
#ifdef NO_FENCE_TASKS
#define FENCE_TASKS(i) (true)
#else
#define FENCE_TASKS(i) SAME(i)
#endif
#ifdef NO_FENCE_ACKNOWLEDGE
#define FENCE_ACKNOWLEDGE(i) (true)
#else
#define FENCE_ACKNOWLEDGE(i) SAME(i)
#endif
#ifdef NO_FENCE_COMPLETE
#define FENCE_COMPLETE(i) (true)
#else
#define FENCE_COMPLETE(i) SAME(i)
#endif
#ifdef NO_FENCE_POSTPONE
#define FENCE_POSTPONE(i) (true)
#else
#define FENCE_POSTPONE(i) SAME(i)
#endif
#ifdef NO_FENCE_RELEASE
#define FENCE_RELEASE(i) (true)
#else
#define FENCE_RELEASE(i) SAME(i)
#endif
#ifdef NO_FENCE_FAIL
#define FENCE_FAIL(i) (true)
#else
#define FENCE_FAIL(i) SAME(i)
#endif

#ifdef NO_LEASE
#define MAY_GO_ON(i) (true)
#else
#define MAY_GO_ON(i) (w[i].lease == 1)
#endif

#define REACHES_REDIS(i) (w[i].connected)

/* An acknowledgement says after how many finished tasks it comes; so do reading, completing and failing. */
#ifdef NO_PLACE
#define IN_PLACE(i) (true)
#else
#define IN_PLACE(i) (r.head == w[i].place)
#endif
#ifdef NO_PLACE_TASKS
#define TASKS_IN_PLACE(i) (true)
#else
#define TASKS_IN_PLACE(i) (r.head == w[i].place)
#endif
#ifdef NO_PLACE_COMPLETE
#define END_IN_PLACE(i) (true)
#else
#define END_IN_PLACE(i) (r.head == w[i].place)
#endif

/* What an operator asks is obeyed at the next answer. */
#ifdef REQUESTS
#ifdef NO_OBEY
#define IS_ASKED(i) (false)
#else
#define IS_ASKED(i) (r.asked != 0)
#endif
#define HEARD(i) (w[i].asked)
#else
#define IS_ASKED(i) (false)
#define HEARD(i) (false)
#endif

#ifdef CRASHES
#ifdef NO_USED
#define COUNTS_AS_CRASH (true)
#else
#define COUNTS_AS_CRASH (r.used)
#endif
#endif

/* An acknowledgement has a name of its own. */
#define FINISHED(i) 1
#ifdef ATOMIC
#undef FINISHED
#define FINISHED(i) (LENGTH(GEN_R) - w[i].place)
#endif
#define NAME(i) (i * 4 + w[i].place + 1)                             /* none is 0 */
#ifndef NO_PATIENCE
#ifndef NO_NAME
#define SENT_BEFORE(i) (r.acknowledged == NAME(i))
#endif
#endif
#ifndef SENT_BEFORE
#define SENT_BEFORE(i) (false)
#endif

/* A transition accepted from a claim that is not the holder's is a fault by itself, and so is a second statement after
 * the lease has run out. EFFECTS looks away, to see what they would lead to. */
#ifdef EFFECTS
#define OWNED(i) (true)
#define LATE_IS_FAULT(holds) (true)
#else
#define OWNED(i) (r.claim == i + 1)
#define LATE_IS_FAULT(holds) (holds)
#endif

/* TIMELY is a kinder world: nothing happens between a look at the lease and its statement, no commit comes late, and
 * Redis forgets nothing. There the lease alone keeps two workers apart. */
#ifdef TIMELY
#define SENDS(i) MAY_GO_ON(i)
#else
#define SENDS(i) (true)
#endif

/* ---- inlines ---- */

inline copyWorker(to, from) {
  to.at = from.at; to.lease = from.lease; to.connected = from.connected; to.next = from.next; to.stop = from.stop;
  to.place = from.place; to.map = from.map; to.own = from.own; to.known = from.known; to.txRows = from.txRows;
  to.txKeys = from.txKeys; to.late = from.late;
#ifdef RECHUNK
  to.generation = from.generation;
#endif
#ifdef TOKENS
  to.token = from.token;
#endif
#ifdef REQUESTS
  to.asked = from.asked;
#endif
#ifdef ENDS
  to.sent = from.sent;
#endif
}

inline clearWorker(it) {
  it.at = idle; it.lease = 0; it.connected = 0; it.next = 0; it.stop = 0; it.place = 0; it.map = 0; it.own = 0;
  it.known = 0; it.txRows = 0; it.txKeys = 0; it.late = 0;
#ifdef RECHUNK
  it.generation = 0;
#endif
#ifdef TOKENS
  it.token = 0;
#endif
#ifdef REQUESTS
  it.asked = 0;
#endif
#ifdef ENDS
  it.sent = 0;
#endif
}

/* A set of workers, once worker i is none of them and those behind it move up. */
#define WITHOUT(set, i) (((set) & ((1 << (i)) - 1)) | (((set) >> ((i) + 1)) << (i)))

/* Whose claim a record names, once worker i has none. */
inline renumber(it, i) {
  if
  :: it.claim == i + 1 -> it.claim = ORPHAN
  :: it.claim > i + 1 && it.claim != ORPHAN -> it.claim--
  :: else
  fi
#ifndef NO_PATIENCE
  ;
  if
  :: it.acknowledged > i * 4 && it.acknowledged <= i * 4 + 4 -> it.acknowledged = 0
  :: it.acknowledged > i * 4 + 4 -> it.acknowledged = it.acknowledged - 4
  :: else
  fi
#endif
#ifdef CRASHES
  ;
  it.crashed = WITHOUT(it.crashed, i)
#endif
#ifdef ENDS
  ;
  it.ended = WITHOUT(it.ended, i)
#endif
}

/* A worker ends its run, or its life: those behind it move up. The last thing a step does. */
inline forget(i) {
  n = i;
  do
  :: n < WORKERS - 1 -> copyWorker(w[n], w[n + 1]); n++
  :: else -> break
  od;
  clearWorker(w[n]);
  n = 0;
  renumber(r, i); renumber(disk, i)
}

/* A run ends while it lives and has not ended its claim: the lease is lost, or Redis was given up. The last thing a step
 * does. */
inline leave(i) {
#ifdef CRASHES
#ifdef NO_REPORT
  bury(i);
  forget(i)
#else
  w[i].at = report; w[i].txRows = 0; w[i].txKeys = 0
#endif
#else
  forget(i)
#endif
}

/* A crash that was counted is one of a worker that is gone. */
inline bury(i) {
#ifdef CRASHES
  if
  :: (r.crashed & (1 << (i))) != 0 -> r.dead++; assert(r.dead <= kills)     /* one that lives counts as crashed */
  :: else
  fi
#else
  skip
#endif
}

/* After the transition that ends a claim. Where the answer is lost the worker may send it again. */
inline endedByCall(i) {
#ifdef ENDS
#ifdef NO_ENDS
  r.ended = 1 << (i);
#else
  r.ended = r.ended | (1 << (i));
#endif
#endif
  if
  :: forget(i)
#ifndef NO_PATIENCE
  :: budget > 0 -> budget--;
#ifdef ENDS
     w[i].sent = 1;
#endif
     w[i].connected = 0
#endif
  fi
}

/* The end of a claim that is not the worker's any more: by its own call, or lost. */
inline endRefused(i) {
#ifdef ENDS
  assert(!w[i].sent || (r.ended & (1 << (i))) != 0);              /* an end that is sent again is taken for a lost lease */
  if
  :: w[i].sent -> forget(i)
  :: !w[i].sent -> leave(i)
  fi
#else
  leave(i)
#endif
}

/* Where a relocation goes that nobody holds any more. */
inline settle() {
#ifdef REQUESTS
  if
  :: r.asked == 1 -> r.status = PAUSED
  :: r.asked == 2 -> r.status = FAILED
  :: else
  fi;
  r.asked = 0; sinceAsked = 0;
#endif
  noCrashes();
  unlease()
}

inline noCrashes() {
#ifdef CRASHES
  r.crashed = 0; r.dead = 0
#else
  skip
#endif
}

inline noRequest() {
#ifdef REQUESTS
  r.asked = 0; sinceAsked = 0
#else
  skip
#endif
}

inline use() {
#ifdef CRASHES
  r.used = 1
#else
  skip
#endif
}

inline unlease() {
  r.claim = NOBODY; r.expired = 0;
#ifdef TOKENS
  r.token = 0;
#endif
}

inline copy(to, from) {
  to.status = from.status; to.claim = from.claim; to.head = from.head; to.counted = from.counted;
  to.expired = from.expired;
#ifdef RECHUNK
  to.generation = from.generation;
#endif
#ifndef NO_PATIENCE
  to.acknowledged = from.acknowledged;
#endif
#ifdef REQUESTS
  to.asked = from.asked;
#endif
#ifdef FOLLOWUPS
  to.total = from.total;
#endif
#ifdef TOKENS
  to.token = from.token; to.fence = from.fence;
#endif
}

inline clearDisk() {
  saved = 0;
  disk.status = 0; disk.claim = 0; disk.head = 0; disk.counted = 0; disk.expired = 0;
#ifdef RECHUNK
  disk.generation = 0;
#endif
#ifndef NO_PATIENCE
  disk.acknowledged = 0;
#endif
#ifdef REQUESTS
  disk.asked = 0;
#endif
#ifdef FOLLOWUPS
  disk.total = 0;
#endif
#ifdef TOKENS
  disk.token = 0; disk.fence = 0;
#endif
}

/* Before each write: this one and all that follow may be what is forgotten. */
inline mayBeLast() {
#ifndef FAITHFUL
  if
  :: budget > 0 && !saved -> budget--; copy(disk, r); saved = 1
  :: skip
  fi
#else
  skip
#endif
}

inline breakConnections() {
  for (k : 0 .. WORKERS - 1) { w[k].connected = 0 }
  k = 0
}

/* One statement on its way to the database. */
inline beginStatement(i) {
  if
  :: w[i].lease != 1 && w[i].late < 2 -> w[i].late++
  :: else
  fi;
  assert(LATE_IS_FAULT(w[i].late <= 1))  /* only the one that was about to be sent when the lease ran out */
}

/* A commit in the database. `done` is false where the unique key, or the count of chunk rows before it, refuses. */
inline apply(someRows, someKeys, someKnown, done) {
  done = true;
#ifndef NO_UNIQUE
  if :: (keys & (someKeys)) != 0 -> done = false :: else fi;
#endif
#ifndef NO_COUNT
#ifndef ATOMIC
  if :: (keys & ~(someKnown)) != 0 -> done = false :: else fi;
#endif
#endif
  if
  :: done ->
     assert((rows & (someRows)) == 0);                            /* doubled */
     rows = rows | (someRows);
#ifndef NO_ONE_TRANSACTION
     keys = keys | (someKeys)
#endif
  :: else
  fi
}

/* What of the task at hand is not written yet goes into the open transaction. */
inline writeTask(i) {
  fresh = CHUNK(GEN_W(i), w[i].next) & ~w[i].map;
  if
  :: fresh != 0 ->
     key = FIRST(GEN_W(i), w[i].next);
     if
     :: (w[i].known & key) != 0 ->                                /* freeOrdinal: the first new row's, else behind */
        key = fresh & (~fresh + 1)
     :: else
     fi;
     /* Rows whose parents are not in the map are dropped: lost, for what comes before is written or should be. */
     assert((BELOW(FIRST(GEN_W(i), w[i].next)) & ~(w[i].map | w[i].own | w[i].txRows)) == 0);
     w[i].txRows = w[i].txRows | fresh;
     w[i].txKeys = w[i].txKeys | key
  :: else
  fi;
  fresh = 0; key = 0
}

/* Another worker was faster, or another commit of ours arrived late: its chunk rows are ours. */
inline adopt(i) {
  w[i].map = w[i].map | (rows & ~w[i].own);
  w[i].known = w[i].known | keys;
  w[i].txRows = 0; w[i].txKeys = 0
}

/* The acknowledgement's effect in Redis. */
inline removeTasks(i) {
#ifdef ATOMIC
  r.head = LENGTH(GEN_R);
  assert((r.counted & ALL) == 0);                                 /* counted twice */
  r.counted = ALL;
#else
#ifdef FOLLOWUPS
  if
  :: w[i].next == 0 -> assert(r.total == TASKS); r.total++        /* followed twice */
  :: else
  fi;
#endif
  r.head++;
#ifndef UNCOUNTED
  assert((r.counted & CHUNK(GEN_W(i), w[i].next)) == 0);          /* counted twice */
#endif
  r.counted = r.counted | CHUNK(GEN_W(i), w[i].next);
#endif
  noCrashes();
  use();
#ifndef NO_PATIENCE
  r.acknowledged = NAME(i)
#endif
}

/* After the answer to an acknowledgement. */
inline goOn(i) {
  w[i].place = w[i].place + FINISHED(i);
#ifdef ACKNOWLEDGE_FIRST
  w[i].at = look
#else
#ifdef ATOMIC
  w[i].at = complete
#else
  w[i].next++;
  w[i].at = (IS_ASKED(i) -> release : (w[i].next < w[i].stop -> look : fetch))
#endif
#endif
}

/* Its client is gone: the database may still do it, or roll it back. */
inline sendToLimbo(i) {
  for (k : 0 .. LIMBOS - 1) {
    if
    :: !limbo[k].live && w[i].txRows != 0 ->
       limbo[k].live = 1; limbo[k].rows = w[i].txRows; limbo[k].keys = w[i].txKeys; limbo[k].known = w[i].known;
       w[i].txRows = 0; w[i].txKeys = 0
    :: else
    fi
  }
  k = 0
}

inline finish(n) {
  if
  :: apply(limbo[n].rows, limbo[n].keys, limbo[n].known, done)
  :: skip
  fi;
  limbo[n].live = 0; limbo[n].rows = 0; limbo[n].keys = 0; limbo[n].known = 0; done = 0
}

proctype Work(byte i) {
  byte fresh, key, k, n;
  bool done;

end:
  do
  /* -- claim: one relocation, ready or with a lease whose time has passed; of idle workers, which are all alike, the
   *    first -- */
  :: atomic { w[i].at == idle && r.status == OPEN && (r.claim == NOBODY || r.expired) &&
       (i == 0 || w[i - 1].at != idle) ->
     mayBeLast();
#ifdef CRASHES
     if
     :: r.claim == ORPHAN && COUNTS_AS_CRASH -> r.dead++; assert(r.dead <= kills)  /* one that lives counts as crashed */
     :: r.claim != ORPHAN && r.claim != NOBODY && COUNTS_AS_CRASH -> r.crashed = r.crashed | (1 << (r.claim - 1))
     :: else
     fi;
     r.used = 0;
#endif
#ifdef REQUESTS
     /* What was asked of the one before happens now. */
     if
     :: r.asked != 0 -> settle(); goto end
     :: else
     fi;
#endif
     r.claim = ORPHAN; r.expired = 0;
#ifdef TOKENS
     r.fence++;
#ifndef NO_CLOCK
     if :: r.fence < clock -> r.fence = clock :: else fi;
#endif
     if :: issued < r.fence -> issued = r.fence :: else fi;
     r.token = r.fence;
#endif
     if
     :: w[i].at = rebuild; r.claim = i + 1; w[i].lease = 1; w[i].connected = 1; w[i].place = r.head;
#ifdef RECHUNK
        w[i].generation = r.generation;
#endif
#ifdef TOKENS
        w[i].token = r.token;
#endif
     :: budget > 0 -> budget--                                    /* the answer is lost */
     fi }

  /* -- take-over: the map out of the chunk rows -- */
  :: atomic { w[i].at == rebuild ->
     if
     :: !MAY_GO_ON(i) -> leave(i)
     :: else ->
#ifndef NO_MAP
        w[i].map = rows; w[i].known = keys;
#endif
        w[i].at = fetch
     fi }

  /* -- tasks: some of the list -- */
  :: atomic { w[i].at == fetch ->
     if
     :: !REACHES_REDIS(i) -> leave(i)
#ifndef NO_PATIENCE
     :: !REACHES_REDIS(i) -> w[i].connected = 1
#endif
     :: REACHES_REDIS(i) && !(FENCE_TASKS(i) && TASKS_IN_PLACE(i)) -> leave(i)
     :: REACHES_REDIS(i) && FENCE_TASKS(i) && TASKS_IN_PLACE(i) ->
        assert(OWNED(i));
        use();
#ifdef ATOMIC
        w[i].stop = LENGTH(GEN_R);
        if :: w[i].next < r.head -> w[i].next = r.head :: else fi;
#else
        w[i].next = r.head;
        if
        :: w[i].stop = LENGTH(GEN_R)
        :: r.head + 1 < LENGTH(GEN_R) -> w[i].stop = r.head + 1
        fi;
#endif
        if
        :: w[i].next == LENGTH(GEN_R) -> w[i].at = complete
        :: else ->
#ifdef ACKNOWLEDGE_FIRST
           w[i].at = acknowledge
#else
           w[i].at = look
#endif
        fi
     fi }

  /* -- a statement: the lease is looked at first; then the worker may be frozen -- */
  :: atomic { w[i].at == look ->
     if
     :: !MAY_GO_ON(i) -> leave(i)
     :: MAY_GO_ON(i) && HEARD(i) -> w[i].at = release; w[i].txRows = 0; w[i].txKeys = 0
     :: MAY_GO_ON(i) && !HEARD(i) -> w[i].at = write
     fi }

  :: atomic { w[i].at == write && !SENDS(i) -> leave(i) }
  :: atomic { w[i].at == write && SENDS(i) ->
     if
     :: beginStatement(i); writeTask(i);
#ifdef ATOMIC
        w[i].next++;
        if
        :: w[i].next < w[i].stop -> w[i].at = look
        :: w[i].next >= w[i].stop -> w[i].at = (w[i].txRows == 0 -> acknowledge : lookAgain)
        fi
#else
        w[i].at = (w[i].txRows == 0 -> acknowledge : lookAgain)     /* a replay writes nothing */
#endif
     :: budget > 0 -> budget--; w[i].at = fail; w[i].txRows = 0; w[i].txKeys = 0      /* a row that cannot be */
     :: budget > 0 -> budget--; w[i].at = postpone; w[i].txRows = 0; w[i].txKeys = 0  /* passing trouble */
     fi }

  :: atomic { w[i].at == lookAgain ->
     if
     :: !MAY_GO_ON(i) -> leave(i)
     :: else -> w[i].at = commit
     fi }

  :: atomic { w[i].at == commit && !SENDS(i) -> leave(i) }
  :: atomic { w[i].at == commit && SENDS(i) ->
     beginStatement(i);
     if
     :: apply(w[i].txRows, w[i].txKeys, w[i].known, done);
        if
        :: done ->
#ifdef REQUESTS
#ifndef ATOMIC
           if
           :: r.claim == i + 1 && r.asked != 0 -> sinceAsked++; assert(sinceAsked <= 1)   /* a request is not obeyed */
           :: else
           fi;
#endif
#endif
           w[i].own = w[i].own | w[i].txRows; w[i].known = w[i].known | w[i].txKeys;
#ifdef NO_ONE_TRANSACTION
           w[i].at = record
#else
           w[i].txRows = 0; w[i].txKeys = 0;
#ifdef ACKNOWLEDGE_FIRST
           w[i].next++;
           if :: w[i].next < w[i].stop -> w[i].at = acknowledge :: else -> w[i].at = fetch fi
#else
           w[i].at = acknowledge
#endif
#endif
        :: !done ->
#ifdef NO_ADOPT
           assert(!SAME(i) || !w[i].connected);                    /* a sound relocation fails */
           forget(i)
#else
#ifdef ATOMIC
           w[i].at = postpone; w[i].txRows = 0; w[i].txKeys = 0    /* isOvertaken */
#else
           adopt(i); w[i].at = look
#endif
#endif
        fi
     :: budget > 0 ->                                             /* the answer is lost; the commit may come yet */
        budget--;
#ifndef TIMELY
        sendToLimbo(i);
#endif
        w[i].at = postpone; w[i].txRows = 0; w[i].txKeys = 0
     fi;
     done = 0 }

#ifdef NO_ONE_TRANSACTION
  :: atomic { w[i].at == record -> keys = keys | w[i].txKeys; w[i].txRows = 0; w[i].txKeys = 0; w[i].at = acknowledge }
#endif

  /* -- acknowledge: the tasks go, their rows are counted -- */
  :: atomic { w[i].at == acknowledge ->
     if
     :: !REACHES_REDIS(i) -> leave(i)
#ifndef NO_PATIENCE
     :: !REACHES_REDIS(i) -> w[i].connected = 1
#endif
     :: REACHES_REDIS(i) && !FENCE_ACKNOWLEDGE(i) -> leave(i)
     :: REACHES_REDIS(i) && FENCE_ACKNOWLEDGE(i) ->
        assert(OWNED(i));
        if
        :: SENT_BEFORE(i) -> goOn(i)
        :: !SENT_BEFORE(i) && !IN_PLACE(i) -> leave(i)
        :: !SENT_BEFORE(i) && IN_PLACE(i) && r.head + FINISHED(i) > LENGTH(GEN_R) -> leave(i)     /* `short` */
        :: !SENT_BEFORE(i) && IN_PLACE(i) && r.head + FINISHED(i) <= LENGTH(GEN_R) ->
           mayBeLast();
           removeTasks(i);
           if
           :: goOn(i)
           :: budget > 0 -> budget--; w[i].connected = 0           /* the answer is lost */
           fi
        fi
     fi }

  :: atomic { w[i].at == complete ->
     if
     :: !REACHES_REDIS(i) -> leave(i)
#ifndef NO_PATIENCE
     :: !REACHES_REDIS(i) -> w[i].connected = 1
#endif
     :: REACHES_REDIS(i) && !FENCE_COMPLETE(i) -> endRefused(i)
     :: REACHES_REDIS(i) && FENCE_COMPLETE(i) && !END_IN_PLACE(i) -> leave(i)
     :: REACHES_REDIS(i) && FENCE_COMPLETE(i) && END_IN_PLACE(i) ->
        assert(OWNED(i));
        if
        :: r.head == LENGTH(GEN_R) ->
           assert(rows == ALL);                                   /* lost */
           assert(r.counted == ALL);                              /* not accounted for */
           mayBeLast();
           r.status = DONE; noRequest(); unlease();
           endedByCall(i)
        :: r.head != LENGTH(GEN_R) -> assert(false)                /* `unfinished` fails the relocation */
        fi
     fi }

  /* -- passing trouble, lasting trouble, a worker that stops -- */
  :: atomic { w[i].at == postpone ->
     if
     :: !REACHES_REDIS(i) -> leave(i)
#ifndef NO_PATIENCE
     :: !REACHES_REDIS(i) -> w[i].connected = 1
#endif
     :: REACHES_REDIS(i) && !FENCE_POSTPONE(i) -> endRefused(i)
     :: REACHES_REDIS(i) && FENCE_POSTPONE(i) -> assert(OWNED(i)); mayBeLast(); settle(); endedByCall(i)
     fi }

  :: atomic { w[i].at == fail ->
     if
     :: !REACHES_REDIS(i) -> leave(i)
#ifndef NO_PATIENCE
     :: !REACHES_REDIS(i) -> w[i].connected = 1
#endif
     :: REACHES_REDIS(i) && !FENCE_FAIL(i) -> endRefused(i)
     :: REACHES_REDIS(i) && FENCE_FAIL(i) && !END_IN_PLACE(i) -> leave(i)
     :: REACHES_REDIS(i) && FENCE_FAIL(i) && END_IN_PLACE(i) ->
        assert(OWNED(i)); mayBeLast(); r.status = FAILED; noRequest(); unlease(); endedByCall(i)
     fi }

  :: atomic { w[i].at == release ->
     if
     :: !REACHES_REDIS(i) -> leave(i)
#ifndef NO_PATIENCE
     :: !REACHES_REDIS(i) -> w[i].connected = 1
#endif
     :: REACHES_REDIS(i) && !FENCE_RELEASE(i) -> endRefused(i)
     :: REACHES_REDIS(i) && FENCE_RELEASE(i) -> assert(OWNED(i)); mayBeLast(); settle(); endedByCall(i)
     fi }

  :: atomic { w[i].at == look && w[i].txRows == 0 && budget > 0 -> budget--; w[i].at = release }

#ifdef CRASHES
  /* -- it lives, and says so -- */
  :: atomic { w[i].at == report ->
     if
     :: r.claim == i + 1 -> r.used = 0
     :: else -> r.crashed = r.crashed & ~(1 << i)
     fi;
     forget(i) }
#endif

  /* -- killed, at any step; a commit may be on its way -- */
  :: atomic { w[i].at != idle && budget > 0 ->
     budget--;
#ifndef TIMELY
     if
     :: w[i].at == commit -> sendToLimbo(i)
     :: skip
     fi;
#endif
#ifdef CRASHES
     kills++;
#endif
     bury(i);
     forget(i) }

  /* -- the lease keeper, on its own connection; it brings what an operator asks -- */
#define IS_KEPT(i) (w[i].at != idle && w[i].at != report)
  :: atomic { IS_KEPT(i) && w[i].lease != 2 && !FENCE_RENEW(i) && r.claim != i + 1 -> w[i].lease = 2 }
  :: atomic { IS_KEPT(i) && w[i].lease != 2 && FENCE_RENEW(i) && (r.expired || r.claim != i + 1) ->
     assert(OWNED(i));
     mayBeLast();
     r.expired = 0; w[i].lease = 1; w[i].late = 0; use() }
#ifdef REQUESTS
#ifdef ATOMIC
  :: atomic { IS_KEPT(i) && r.claim == i + 1 && !r.expired && w[i].asked != (r.asked != 0) -> w[i].asked = (r.asked != 0) }
#endif
#endif

  /* -- its lease runs out: on its own clock first -- */
  :: atomic { w[i].at != idle && r.claim == i + 1 && !r.expired && budget > 0 ->
     budget--; r.expired = 1;
     if :: w[i].lease == 1 -> w[i].lease = 0 :: else fi }
  od
}

/* What happens to the servers, and to claims that nobody works on. */
proctype World() {
  byte k;
  bool done;

end:
  do
  /* -- the lease of a claim whose worker is gone, or never heard of it, runs out -- */
  :: atomic { r.claim == ORPHAN && !r.expired -> r.expired = 1 }

  /* -- an operator, once the cause is mended -- */
  :: atomic { r.status == FAILED -> mayBeLast(); r.status = OPEN; noCrashes(); unlease() }

#ifdef REQUESTS
  /* -- an operator pauses or cancels, at once where nobody holds the relocation; or aborts -- */
  :: atomic { budget > 0 && r.status == OPEN && r.asked != 2 ->
     budget--; mayBeLast();
     if
     :: r.asked = 1
     :: r.asked = 2
     fi;
     sinceAsked = 0;
     if
     :: r.claim == NOBODY || r.expired -> settle()
     :: else
     fi }
  :: atomic { budget > 0 && r.status == OPEN -> budget--; mayBeLast(); r.status = FAILED; noRequest(); unlease() }
  :: atomic { r.status == PAUSED -> mayBeLast(); r.status = OPEN; unlease() }
  :: atomic { r.status == OPEN && r.asked == 1 && budget > 0 -> budget--; mayBeLast(); noRequest() }
#endif

  /* -- Redis falls and comes back, with what was on the disk -- */
  :: atomic { saved || budget > 0 ->
     if
     :: saved -> copy(r, disk); clearDisk()
     :: !saved -> budget--
     fi;
     breakConnections();
#ifdef TOKENS
     if
     :: clock = issued + 1                                        /* time has passed meanwhile */
#ifdef CLOCK_STEPS_BACK
     :: skip                                                      /* but the clock is behind */
#endif
     fi
#endif
     }

#ifdef RECHUNK
  /* -- Redis is replaced by an empty one; the file is enqueued again under its UUID, with other chunks -- */
  :: atomic { budget > 0 && r.generation == 0 && !saved ->
     budget--;
     r.status = OPEN; unlease(); r.head = 0; r.counted = 0; r.generation = 1;
     breakConnections() }
#endif

  /* -- the database ends what its lost clients have sent: a commit, or a roll-back -- */
  :: atomic { limbo[0].live -> finish(0) }
  :: atomic { limbo[1].live -> finish(1) }

  /* -- no further fault -- */
  :: atomic { budget > 0 -> budget = 0 }
  od
}

/* When nothing can happen any more, everything has happened. */
proctype Judge() {
end:
  timeout -> assert(r.status == DONE && rows == ALL && r.counted == ALL)   /* stuck */
}

init {
  byte i;
  atomic {
#ifdef FOLLOWUPS
    r.total = TASKS;
#endif
    for (i : 0 .. WORKERS - 1) { w[i].at = idle; run Work(i) }
    run World();
    run Judge()
  }
}
