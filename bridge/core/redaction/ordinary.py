"""Everyday words of calls. What stands outside this list may be somebody's name."""

from bridge.core.redaction.phrase import words

ORDINARY = words(
    """
    a able about above absolutely accept access account across act actually add added address after
    afternoon again against ago agree ahead all allow allowed almost alone along already alright also
    although always am an and angry annoyed another answer any anybody anymore anyone anything anyway app
    apparently appear appointment are area aren't around arrive arrived as ask asked asking at available
    away awful back bad balance bank based basically be because become been before began begin behind being
    believe best better between big bill billed billing bit block blocked book booked booking both bought
    box branch bring broke broken brought bus business busy but buy buying by bye call called caller calling
    calls came can can't cancel canceled cancelled card cards care case cash cause cell certain change
    changed changes charge charged charges cheap check checked checking child children choose city claim
    clear clearly click close closed code come comes coming company complain complaint complete completely
    computer concern concerned confirm confirmation confirmed confused connect connected connection contact
    contract copy correct cost could couldn't country couple course cover covered credit customer cut daily
    damaged data date daughter day days dead deal debit decided definitely delay delayed delete deliver
    delivered delivery department deposit desk details device did didn't different difficult direct
    disappointed discount discuss dispute do doctor does doesn't dog doing dollars don't done door double
    down driver drop due during each earlier early easy either else email emails end ended enough enter
    error especially euros even evening ever every everybody everyone everything exactly example except
    excuse expect expected expecting expensive expired explain extra fact failed family far fast fault fee
    feel few figure fill final finally find fine finish first fix fixed flight flights follow food for
    forget forgot form forward found free friday friend from front frustrated full fund funds further gave
    get gets getting give given glad go goes going gone good goodbye got great group guess guy guys had half
    hand hang happen happened happens happy hard has hasn't hate have haven't having he hear heard hello
    help helpful her here hers hey hi high him his hold holiday home hope hospital hotel hour hours house
    how however human husband i if ill immediately important in include included information inside instead
    insurance interest internet into invoice is isn't issue issues it item items its itself job just keep
    keeps kept kid kids kind know known lady language last late later least leave left less let letter level
    life like limit line link list listen little live load loan local locked log login long longer look
    looked looking lose lost lot love low luck machine made mail main make makes making man manager many
    matter may maybe me mean means meant meet meeting member mention message met might mine minute minutes
    miss missed missing mistake mobile moment monday money month monthly months more morning most mother
    move moved moving much must my myself name need needed needs neither never new news next nice night
    nights no nobody none nope nor normal not note nothing now number numbers of off offer office okay ok
    old on once one ones online only open opened operator option or order ordered orders other others our
    ours out outside over overdue own owner package page paid paper parcel parents part particular partner
    party pass passed password past pay paying payment payments pending people percent perfect perhaps
    period person personal phone pick picked place plan plans plane play please plus point police policy
    poor possible post pounds prefer present press pretty previous price print private probably problem
    problems process product promised proof protect provide public pull purchase put question questions
    quick quickly quite quote rang rate rather read ready real really reason receipt receive received
    recently record refund refunded refused regarding register regular related remember remind remove renew
    rent repair repeat replace replacement representative request reservation reset resolve resolved
    response rest return returned ridiculous right ring road room round run running safe said same sat
    saturday save saw say saying says school screen second security see seem seems seen self sell send sense
    sent serious service set several shall she ship shipped shop short should show shows sick side sign
    signed simple simply since single sir site sitting situation six size sleep slow small so sold some
    somebody someone something sometimes son soon sorry sort sound sounds speak speaking special spend spoke
    spoken staff stand start started state statement states stay still stolen stop stopped store story
    straight street stuck stuff stupid subscription such suddenly sunday supervisor supposed sure switch
    system take taken takes taking talk talked talking team tell ten terrible text than thank thanks that
    that's the their them then there there's these they thing things think third this those though thought
    thousand three through thursday ticket till time times tired to today together told tomorrow tonight too
    took top total totally touch towards town track transaction transfer travel tried trouble true trust try
    trying tuesday turn turned twice two type under understand unfortunately unless until up update updated
    upgrade upset urgent us use used user using usually very visit voice wait waited waiting walk want
    wanted wants was wasn't waste watch water way we website wednesday week weekend weekly weeks well went
    were weren't what what's whatever when where whether which while who whole whom whose why wife will wish
    with within without woman won't word words work worked working works world worried worse worst would
    wouldn't write wrong wrote yeah year years yes yesterday yet you you're your yours yourself young zero
    i'm i've i'll i'd it's he's she's we're we've we'll they're they've that'll what're who's where's let's
    you've you'll you'd ain't um uh er erm hmm mm ah oh mhm uhh huh yep yup nah gonna wanna gotta kinda
    sorta alrighty ma'am madam mr mrs ms dr agent bot robot automated assistant confidential necessary
    required unacceptable absurd crazy insane joke frustrating annoying unhappy furious disgusting
    outrageous emergency usual apartment suite unit flat floor lane avenue drive court
    """
)
