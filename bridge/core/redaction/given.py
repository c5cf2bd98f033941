"""Given names of many languages, lower case: enough to tell "this is aisha bello" from "this is absurd"."""

from bridge.core.redaction.phrase import words

GIVEN = words(
    """
    aaliyah aaron abby abdul abdullah abe abigail abraham ada adam adele adnan adrian adriana agnes ahmad
    ahmed aidan aileen aisha akiko akira alain alan alana albert alberto alec alejandra alejandro alex alexa
    alexander alexandra alexis alfred alfredo ali alice alicia alina alison alistair alma alvaro alvin
    alyssa amanda amara amber amelia amina amir amit amrita amy ana anastasia anders andre andrea andreas
    andres andrew andrzej andy angel angela angelica angelina anika anil anita anjali ann anna anne annette
    annie anthony antoine anton antonia antonio anya april archie ariana ariel arjun arlene arnold arthur
    arturo asad ashley ashok asif astrid audrey aurora austin ava avery ayesha aziz barbara barry bashir
    beatrice beatriz becky belinda ben benjamin bernadette bernard bernice bert bertha beth bethany betty
    beverly bianca bilal bjorn blake bob bobby bonnie boris brad bradley brandon brenda brendan brent brett
    brian bridget bruce bruno bryan caitlin caleb calvin camila camille carl carla carlos carmen carol
    carole carolina caroline carolyn carrie casey cassandra catherine cathy cecilia cedric celia chad
    chandra charlene charles charlotte chelsea chen cheryl chiara chidi chloe chris christian christina
    christine christopher chuck chukwu ciara cindy claire clara clarence clark claude claudia clive clyde
    cody colin colleen connie connor conor constance corey courtney craig cristina crystal curtis cynthia
    daisy dale damian damien dan dana daniel daniela danielle danny daphne darlene darren darryl dave david
    dawn dean deanna debbie deborah debra deepak deirdre delia denise dennis derek derrick desmond devon
    dexter diana diane diego dimitri dina dolores dominic don donald donna dora doreen doris dorothy doug
    douglas duncan dustin dwayne dylan eamon earl ebony eddie edgar edith edmund eduardo edward edwin eileen
    elaine eleanor elena eli elias elijah elizabeth ella ellen ellie elliot elsa elsie elvira emeka emil
    emilia emilio emily emma emmanuel eric erica erik erika erin ernest esmeralda esteban esther ethan
    eugene eunice eva evan eve evelyn fabio faisal farah farid fatima fatma federico felicia felipe felix
    fernanda fernando fiona flora florence floyd frances francesca francis francisco frank franklin fred
    freddie frederick freya gabriel gabriela gail gareth gary gavin gemma gene geoff geoffrey george georgia
    georgina gerald geraldine gerard gianna gilbert gina giovanni giulia gladys glen glenda glenn gloria
    gordon grace graham grant greg gregory greta guadalupe guillermo gustavo guy gwen hakim hamid hamza hana
    hank hannah hans harold harriet harry hasan hassan hazel heather hector heidi helen helena helga henry
    herbert herman hilary hiroshi holly hope howard hugh hugo hussein ian ibrahim ida ignacio igor imani
    imran ines ingrid ioana irene iris irma isaac isabel isabella isaiah ismail ivan ivy jack jackie jackson
    jacob jacqueline jacques jade jaime jake jamal james jamie jan jane janet janice jared jasmine jason
    javier jay jean jeanette jeff jeffrey jen jenna jennifer jenny jeremiah jeremy jerome jerry jesse
    jessica jessie jesus jill jim jimmy jin jo joan joanna joanne joaquin jodie joe joel johan johanna john
    johnny jon jonas jonathan jordan jorge jose josef joseph josephine josh joshua joy joyce juan juanita
    judith judy julia julian juliana julie juliet julio june justin kamal kara karen karim karin karl kate
    katherine kathleen kathryn kathy katie katrina kay kayla keisha keith kelly kelvin ken kendra kenji
    kenneth kerry kevin khadija khalid kiara kieran kim kimberly kirsten kofi krishna kristen kristin
    kristina kumar kurt kwame kyle lakshmi lance lara larry latoya laura lauren laurence laurie lawrence
    leah lee leila lena leo leon leonard leroy leslie lester leticia levi lewis liam lidia lila lillian lily
    linda lindsay lisa lloyd logan lois lola lorenzo loretta lori lorraine louis louise lucas lucia lucy
    luigi luis luisa luke lydia lynn mabel madeline madison mae maggie mahmoud malcolm malik mandy manuel
    marc marcel marco marcos marcus margaret margarita maria marianne marie marilyn mario marion marisol
    marjorie mark marlene marshall martha martin marvin mary maryam mateo matt matteo matthew maureen
    maurice max maxine maya megan mehmet mei melanie melinda melissa melvin mercedes meredith michael
    michaela michel michele michelle miguel mike mildred min ming miranda miriam mitchell mohamed mohammad
    mohammed moira molly mona monica monique morgan moses muhammad muriel mustafa myra nadia nancy naomi
    natalia natalie natasha nathan nathaniel neha neil nelson ngozi nicholas nick nicola nicolas nicole
    nigel nikhil nikita nina noah noel nora norma norman nuno oksana olga olivia oliver olu omar oscar oskar
    otto owen pablo paige pam pamela paolo pat patrice patricia patrick paul paula pauline pavel pearl pedro
    peggy penelope penny percy perry pete peter petra phil philip phillip phoebe phyllis pierre piotr polly
    prakash preeti priya rachel rafael raj rajesh ralph ramon randall randy raquel rashid raul ravi ray
    raymond rebecca regina reginald rekha renata rene renee rhonda ricardo richard rick ricky rita rob
    robert roberta roberto robin rocio roderick rodney rodrigo roger roland ron ronald rosa rosalind rosario
    rose rosemary ross roxanne roy ruben ruby rudolf rudy rupert russell ruth ryan sabrina sadia sally salma
    salvador sam samantha samir samuel sandeep sandra sandy sanjay santiago sara sarah sasha saul scott sean
    sebastian selena serena sergei sergio seth shane shannon sharon shaun shauna shawn sheila shelley sherry
    shirley siddharth sidney sienna silvia simon simone siobhan sofia sonia sonja sophia sophie stacey stacy
    stan stanley stefan stella stephanie stephen steve steven stewart stuart sue sunil sunita susan susana
    susanne suzanne svetlana sven sylvia takashi tamara tanya tara tariq tatiana ted terence teresa terri
    terry thelma theo theodore theresa thomas tiffany tim timothy tina tobias todd tom tomas tommy toni tony
    tracey tracy travis trevor tricia tristan troy tyler tyrone umar uma ursula usman valentina valerie
    vanessa vera verna vernon veronica vicki vicky victor victoria vijay vikram vincent viola violet
    virginia vivian vladimir wade walter wanda warren wayne wei wendy wesley wilfred willa william willie
    winifred winston wojciech xavier xiao yan yasmin yolanda yosef yuki yusuf yvette yvonne zachary zahra
    zainab zara zoe zofia tomasz krzysztof marek agnieszka katarzyna malgorzata magdalena pawel jakub michal
    zbigniew grzegorz lukasz mateusz dariusz nguyen linh thi minh anh tuan huong thanh hoang xin ying ling
    jing hui jun yu feng hao lei tao xiaoming haruto sakura yui ren sota aoi hina kaito ji-woo minjun seojun
    jisoo hyun sung young-ho soo fatoumata mamadou aminata ousmane moussa awa kwabena akua abena yaw ama
    ifeoma chinedu chioma adaeze obinna tunde bola femi folake yemi segun olumide temi zanele thabo sipho
    nomsa lerato ananya aarav vihaan aditya rohan rohit sneha pooja divya kavita lalitha meera nisha radha
    rakesh ramesh suresh mahesh dinesh ganesh hari gopal shreya swati tanvi uday varun vivek yash zubair
    sanjana harpreet gurpreet manpreet jaspreet baljit simran parminder abdullahi abdirahman hodan ayaan
    nasra layla leyla noor nour huda amal rania salim samira tarek walid youssef karima zeinab hadi reza
    shirin farhad parisa dariush cyrus bogdan mihai ion radu vasile gheorghe elisabeta dragan milan zoran
    goran jelena ljiljana snezana petr jiri vaclav lenka zuzana jana martina katalin istvan laszlo ferenc
    zsuzsanna janos attila gabor eszter sandor aleksandr dmitri yelena tatyana nikolai lyudmila anastasiya
    olena oleksandr taras bohdan yana soren mikkel lars mette freja rasmus henrik magnus gunnar sigrid
    solveig aino eero juhani matti paivi giuseppe francesco antonella rosanna salvatore luca simona joao
    paulo tiago rui leonor goncalo thiago camilo ximena yesenia xochitl itzel rigoberto heriberto eoin niamh
    aoife saoirse padraig cormac oisin roisin grainne fergus iain ewan callum hamish mhairi eilidh rhys
    gethin carys angharad ieuan emrys
    """
)
