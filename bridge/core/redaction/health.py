"""Medicines and conditions that somebody says to have, to take or to be treated for."""

from bridge.core.redaction.phrase import Phrases, words
from bridge.core.redaction.span import Span
from bridge.core.redaction.token import Token

TERMS = words(
    """
    insulin metformin lipitor atorvastatin simvastatin statins warfarin heparin aspirin ibuprofen
    paracetamol acetaminophen tylenol codeine morphine oxycodone oxycontin hydrocodone vicodin fentanyl
    methadone tramadol gabapentin pregabalin prozac fluoxetine zoloft sertraline citalopram escitalopram
    lexapro paxil venlafaxine duloxetine cymbalta bupropion wellbutrin lithium quetiapine seroquel
    risperidone olanzapine clozapine xanax alprazolam valium diazepam lorazepam ativan klonopin clonazepam
    ambien zolpidem adderall ritalin vyvanse methylphenidate concerta albuterol ventolin salbutamol
    prednisone prednisolone steroids amoxicillin penicillin antibiotics azithromycin doxycycline
    ciprofloxacin lisinopril ramipril amlodipine losartan metoprolol atenolol bisoprolol propranolol
    hydrochlorothiazide furosemide omeprazole lansoprazole pantoprazole ranitidine levothyroxine thyroxine
    synthroid methotrexate humira adalimumab ozempic semaglutide wegovy mounjaro trulicity viagra sildenafil
    cialis tadalafil truvada prep antidepressants antipsychotics chemotherapy chemo radiotherapy dialysis
    antiretrovirals testosterone estrogen oestrogen tamoxifen clopidogrel plavix digoxin epilepsy epileptic
    diabetes diabetic asthma asthmatic cancer leukemia leukaemia lymphoma melanoma tumor tumour hiv aids
    hepatitis herpes chlamydia gonorrhea syphilis depression anxiety bipolar schizophrenia schizophrenic
    ptsd ocd adhd autism autistic dementia alzheimer's alzheimers parkinson's parkinsons sclerosis stroke
    hypertension copd emphysema bronchitis pneumonia tuberculosis crohn's crohns colitis ibs lupus arthritis
    rheumatoid fibromyalgia osteoporosis gout eczema psoriasis migraine migraines seizures anemia anaemia
    hemophilia thyroid hypothyroidism kidney transplant pacemaker pregnant pregnancy miscarriage abortion
    ivf infertility endometriosis menopause anorexia bulimia alcoholism addiction rehab psychosis psychotic
    suicidal glaucoma cataracts vertigo sciatica celiac coeliac anaphylaxis angina arrhythmia fibrillation
    vasectomy hysterectomy mastectomy biopsy
    """
)
CUES = words(
    """
    i'm i've my he's she's had have has take taking takes took with diagnosed prescribed suffer suffering
    suffers allergic am been prescription need on
    """
)
FRAMES = Phrases(
    """
    diagnosed with; allergic to; suffer from; suffering from; prescribed; treated for; surgery for;
    medication for
    """
)
NEAR = 4
SPECIFIERS = words(
    """
    type stage chronic multiple severe high low breast lung prostate heart bowel skin blood sleep pressure
    disease failure attack one two
    """
)
NOTHING = words(
    """
    the a an it that this them something anything what my your and or in by at on last when
    """
)


def conditions(tokens: list[Token], *, asked: bool = False) -> list[Span]:
    """`asked`: the question was for just that."""
    found: list[Span] = []
    words = [token.low for token in tokens]
    done = -1
    for at, token in enumerate(tokens):
        if at <= done:
            continue
        first = at
        if token.low in TERMS and (asked or any(t.low in CUES for t in tokens[max(at - NEAR, 0) : at])):
            while first > done + 1 and tokens[first - 1].low in SPECIFIERS:
                first -= 1
            done = at + 1 if at + 1 < len(tokens) and tokens[at + 1].low in TERMS | {"disease"} else at
            found.append(Span(tokens[first].start, tokens[done].end, "MEDICAL"))
            continue
        length = FRAMES.length(words, at)
        after = at + length
        if (
            length
            and after < len(tokens)
            and tokens[after].low not in NOTHING
            and tokens[after].low[0].isalpha()
        ):
            done = after
            while done + 1 < min(after + 3, len(tokens)) and tokens[done + 1].low in TERMS | SPECIFIERS:
                done += 1
            found.append(Span(tokens[after].start, tokens[done].end, "MEDICAL"))
    return found
