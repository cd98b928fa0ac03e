"""The graph over HTTP: SPARQL 1.1 Protocol at ``/sparql``, asked by strangers, on a server that outlives every query.

================  ==============================================================================================
``limits``        what one client may cost: time, memory, bytes, places in the queue
``refusal``       what is answered when nothing is: a status, words, line and column
``frames``        how an answer travels from the process that makes it to the one that speaks HTTP
``keeper``        the process that holds the store, read-only, and forks for each question
``child``         what happens in a fork: the limits, the question, the answer
``asking``        the side of the server: places, time, and the end of what nobody waits for
``media``         which format an ``Accept`` header asks for
``answers``       a SPARQL query as an answer in one of the formats
``updates``       an update, into a scratch copy of the store
``description``   what the service says about itself
``protocol``      the request, read as the SPARQL protocol says
``relay``         an answer, passed on at the pace of whoever reads it
``guard``         Host, Origin and the headers of every answer
``connection``    a connection that may not dawdle
``app``           the routes
``ready``         what the explorer needs of a store, made when it is opened
``twins``         the pages of the explorer and their JSON twins
``excerpt``       some facts as a file
``explorer``      the routes of the explorer
``server``        the address, the signals, the end
================  ==============================================================================================
"""

from kg.serve.limits import Access, Limits

__all__ = ["Access", "Limits"]
