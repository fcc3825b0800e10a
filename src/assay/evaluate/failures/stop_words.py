"""English words that say nothing of what a text is about; texts are not alike for having them in common.

Words of fewer than three letters are left out by ``group.py`` already. Other languages have no list: there, words that
most texts have count for little, and that has to do.
"""

_WORDS = """
about above after again all almost along also although always among and another any anyone anything are aren around
away back because been before being below between both but came can cannot come comes could couldn did didn does
doesn doing done don down during each either else enough even ever every everything few for from further get gets
getting give given gives going gone got had has hasn have haven having her here hers herself him himself his how
however into isn its itself just keep kept let like made make makes making many may maybe mean means might mine more
most much must myself neither never nor not nothing now off often once one only onto other others our ours out over
own per perhaps please put quite rather really said same say says see seem seems shall she should shouldn since some
someone something soon still such take takes than that the their theirs them themselves then there these they thing
things this those though through thus till too toward two under until upon use used uses using very want wants was
wasn way well went were weren what whatever when where whether which while who whole whom whose why will with within
without won would wouldn yes yet you your yours yourself
"""

STOP_WORDS = frozenset(_WORDS.split())
